#include "server/fleet_codec.hpp"

#include "server/byte_codec.hpp"

#include <set>

namespace flyball::server {
namespace {

// Each function below lists the fields of a type, for writing (of something const) and for reading.

template <class Codec, class File>
void code_file(Codec& codec, File& file) {
  codec.choice(file.type, 4);
  codec.number(file.size);
}

template <class Codec, class Where>
void code_place(Codec& codec, Where& place) {
  codec.text(place.file);
  codec.number(place.line);
  codec.number(place.column);
  codec.number(place.length);
}

template <class Codec, class Mistake>
void code_diagnostic(Codec& codec, Mistake& diagnostic) {
  codec.choice(diagnostic.severity, 2);
  codec.text(diagnostic.code);
  code_place(codec, diagnostic.at);
  codec.text(diagnostic.message);
  codec.text(diagnostic.help);
  codec.list(diagnostic.notes, [&](auto& note) {
    code_place(codec, note.at);
    codec.text(note.message);
  });
}

// All but the id, which is the key of the map, and the manifest.
template <class Codec, class Device>
void code_device(Codec& codec, Device& device) {
  codec.name(device.group);
  codec.sorted(device.labels, [&](auto& key, auto& value) {
    codec.text(key);
    codec.text(value);
  });
  codec.text(device.serial);
  code_place(codec, device.at);
}

template <class Codec, class Fleet>
void code_head(Codec& codec, Fleet& fleet) {
  codec.name(fleet.repository);
  codec.text(fleet.name);
  codec.real(fleet.guards.max_delete_percent);
  codec.number(fleet.guards.max_devices);
  codec.list(fleet.groups, [&](auto& group) { codec.name(group); });
  codec.digest(fleet.policy);
  codec.digest(fleet.snapshot);
}

// A device's manifest is a number: of one that an earlier device had, or the next one, and then it follows.
class FleetWriter {
 public:
  FleetWriter(ByteWriter& out, const compile::Fleet& fleet) : out_(out), fleet_(fleet) {}

  void write() {
    code_head(out_, fleet_);
    out_.number(fleet_.blobs.size());
    for (const auto& [digest, bytes] : fleet_.blobs) {
      out_.text(*bytes);
      blobs_.emplace(digest, blobs_.size());
    }
    out_.sorted(fleet_.devices, [&](const DeviceId& id, const compile::FleetDevice& device) {
      out_.name(id);
      code_device(out_, device);
      write_manifest(device);
    });
  }

 private:
  void write_manifest(const compile::FleetDevice& device) {
    const auto [known, is_new] = manifests_.try_emplace(device.digest, manifests_.size());
    out_.number(known->second);
    if (!is_new) return;
    out_.list(device.manifest->resources, [&](const auto& entry) {
      out_.name(entry.first);
      // A spec that is not there gets a number that the reader refuses.
      const auto blob = blobs_.find(entry.second);
      out_.number(blob == blobs_.end() ? blobs_.size() : blob->second);
    });
  }

  ByteWriter& out_;
  const compile::Fleet& fleet_;
  std::map<Digest, std::size_t> blobs_;
  std::map<Digest, std::size_t> manifests_;
};

class FleetReader {
 public:
  explicit FleetReader(ByteReader& in) : in_(in) {}

  compile::Fleet read() {
    compile::Fleet fleet;
    code_head(in_, fleet);
    in_.sorted(fleet.blobs, [&](Digest& digest, std::shared_ptr<const Bytes>& blob) {
      Bytes bytes;
      in_.text(bytes);
      digest = sha256(bytes);
      blob = std::make_shared<const Bytes>(std::move(bytes));
      blobs_.push_back(digest);
    });
    in_.sorted(fleet.devices, [&](DeviceId& id, compile::FleetDevice& device) {
      in_.name(id);
      device.id = id;
      code_device(in_, device);
      read_manifest(device);
    });
    return fleet;
  }

 private:
  void read_manifest(compile::FleetDevice& device) {
    std::size_t number = 0;
    in_.number(number);
    if (number > manifests_.size()) in_.damaged();
    if (in_.is_damaged()) return;
    if (number == manifests_.size()) read_new_manifest();
    if (in_.is_damaged()) return;
    device.manifest = manifests_[number];
    device.digest = digests_[number];
  }

  void read_new_manifest() {
    Manifest manifest;
    in_.list(manifest.resources, [&](auto& entry) {
      read_entry(entry);
      const auto& all = manifest.resources;
      if (all.size() > Manifest::max_resources || (all.size() > 1 && !(all[all.size() - 2].first < entry.first)))
        in_.damaged();
    });
    if (in_.is_damaged()) return;
    const auto digest = manifest.digest();
    if (!seen_.insert(digest).second) return in_.damaged();
    manifests_.push_back(std::make_shared<const Manifest>(std::move(manifest)));
    digests_.push_back(digest);
  }

  void read_entry(std::pair<ResourceId, Digest>& entry) {
    std::string id;
    in_.text(id);
    std::size_t blob = 0;
    in_.number(blob);
    auto parsed = ResourceId::parse(id);
    if (!parsed || blob >= blobs_.size()) return in_.damaged();
    entry = {std::move(*parsed), blobs_[blob]};
  }

  ByteReader& in_;
  std::vector<Digest> blobs_;
  std::vector<std::shared_ptr<const Manifest>> manifests_;
  std::vector<Digest> digests_;
  std::set<Digest> seen_;
};

}  // namespace

Bytes encode_snapshot(const Snapshot& snapshot) {
  ByteWriter out;
  out.name(snapshot.revision);
  out.sorted(snapshot.files, [&](const std::string& path, const SnapshotFile& file) {
    out.text(path);
    code_file(out, file);
    out.flag(file.bytes != nullptr);
    if (file.bytes != nullptr) out.text(*file.bytes);
  });
  return out.take();
}

Result<Snapshot> decode_snapshot(std::string_view bytes) {
  ByteReader in(bytes);
  Snapshot out;
  in.name(out.revision);
  in.sorted(out.files, [&](std::string& path, SnapshotFile& file) {
    in.text(path);
    code_file(in, file);
    bool readable = false;
    in.flag(readable);
    if (!readable) return;
    Bytes content;
    in.text(content);
    file.bytes = std::make_shared<const Bytes>(std::move(content));
  });
  TRY(in.end("the job"));
  return out;
}

Bytes encode_compiled(const compile::Compiled& compiled) {
  ByteWriter out;
  out.number(compiled.files);
  out.list(compiled.diagnostics, [&](const Diagnostic& diagnostic) { code_diagnostic(out, diagnostic); });
  out.flag(compiled.fleet.has_value());
  if (compiled.fleet) FleetWriter(out, *compiled.fleet).write();
  return out.take();
}

Result<compile::Compiled> decode_compiled(std::string_view bytes) {
  ByteReader in(bytes);
  compile::Compiled out;
  in.number(out.files);
  in.list(out.diagnostics, [&](Diagnostic& diagnostic) { code_diagnostic(in, diagnostic); });
  bool compiles = false;
  in.flag(compiles);
  if (compiles) out.fleet = FleetReader(in).read();
  TRY(in.end("the fleet"));
  return out;
}

}  // namespace flyball::server
