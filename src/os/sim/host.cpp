#include "os/sim/host.hpp"

#include "base/text.hpp"
#include "os/sim/accounts.hpp"

namespace flyball::os::sim {
namespace {

constexpr std::uint64_t plenty = 1U << 20U;

const char* const image_directories[] = {"/etc",
                                         "/etc/sysctl.d",
                                         "/etc/systemd",
                                         "/etc/systemd/system",
                                         "/home",
                                         "/opt",
                                         "/root",
                                         "/srv",
                                         "/tmp",
                                         "/usr",
                                         "/usr/bin",
                                         "/usr/lib",
                                         "/usr/local",
                                         "/usr/lib/systemd",
                                         "/usr/lib/systemd/system",
                                         "/var",
                                         "/var/lib",
                                         "/var/log",
                                         "/var/lib/apt",
                                         "/var/lib/dpkg",
                                         "/var/lib/dpkg/info",
                                         "/usr/lib/sysctl.d"};

struct ImageFile {
  const char* path;
  std::uint32_t mode;
  const char* text;
};
constexpr ImageFile image_files[] = {
    {"/etc/passwd", 0644,
     "root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n"
     "alice:x:1000:1000:Alice:/home/alice:/bin/bash\n"},
    {"/etc/shadow", 0640, "root:*:20789:0:99999:7:::\ndaemon:*:20789:0:99999:7:::\nalice:!:20789:0:99999:7:::\n"},
    {"/etc/group", 0644, "root:x:0:\ndaemon:x:1:\nadm:x:4:\nsudo:x:27:\nalice:x:1000:\n"},
    {"/etc/hostname", 0644, "device\n"},
    {"/etc/motd", 0644, "Welcome.\n"},
    {"/etc/os-release", 0644, "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nID=debian\nVERSION_ID=\"12\"\n"},
    {"/usr/lib/systemd/system/ssh.service", 0644,
     "[Unit]\nDescription=OpenBSD Secure Shell server\n[Service]\nExecStart=/usr/sbin/sshd -D\n"
     "ExecReload=/bin/kill -HUP $MAINPID\n[Install]\nWantedBy=multi-user.target\n"},
    {"/usr/lib/systemd/system/cron.service", 0644,
     "[Service]\nExecStart=/usr/sbin/cron -f\n[Install]\nWantedBy=multi-user.target\n"},
    {"/usr/lib/systemd/system/broken.service", 0644,
     "[Service]\nType=oneshot\nExecStart=/bin/false\n[Install]\nWantedBy=multi-user.target\n"},
    {"/usr/lib/systemd/system/dbus.service", 0644, "[Service]\nExecStart=/usr/bin/dbus-daemon --system\n"},
};

const char* const image_packages[] = {"base-files", "cron", "dpkg", "libc6", "openssh-server", "systemd"};

std::string uuid(std::uint64_t seed) {
  SimRandom random(seed);
  const auto digits = hex(random.bytes(16));
  return text(digits.substr(0, 8), '-', digits.substr(8, 4), '-', digits.substr(12, 4), '-', digits.substr(16, 4), '-',
              digits.substr(20));
}

}  // namespace

std::map<Path, Bytes> default_kernel() {
  return {{"/proc/sys/kernel/sysrq", "438"},
          {"/proc/sys/kernel/hostname", "device"},
          {"/proc/sys/net/core/somaxconn", "4096"},
          {"/proc/sys/net/ipv4/ip_forward", "0"},
          {"/proc/sys/net/ipv4/tcp_rmem", "4096\t131072\t6291456"},
          {"/proc/sys/net/ipv4/tcp_syncookies", "1"},
          {"/proc/sys/net/ipv4/conf/all/rp_filter", "0"},
          {"/proc/sys/net/ipv6/conf/all/forwarding", "0"},
          {"/proc/sys/vm/swappiness", "60"}};
}

SimHost::SimHost(SimHostOptions options)
    : options_(std::move(options)),
      disk_(options_.profile),
      files_(disk_, fuse_),
      processes_(disk_, fuse_),
      systemd_(disk_, fuse_),
      packages_(disk_, fuse_, systemd_, options_.mirror ? options_.mirror : std::make_shared<const Mirror>()),
      users_(disk_, fuse_),
      watches_(disk_),
      random_(split_seed(options_.seed, options_.name, "random port")),
      choices_(split_seed(options_.seed, options_.name, "power cuts")) {
  fuse_.on_end([this](Fault::Kind kind) { ended_by(kind); });
  fuse_.on_call([this](const Call& call) {
    const bool sync = call.operation == "sync";
    clocks_.pass(sync ? options_.sync_cost : call.changes ? options_.change_cost : options_.read_cost);
    if (between_ && !call.step) between_(call);
  });
  disk_.on_step([this](std::string_view operation, std::string_view path) { fuse_.step(operation, path); });
  disk_.on_change([this](const DiskChange& change) {
    watches_.file_changed(change);
    if (seen_) seen_(change);
  });
  systemd_.on_change([this](const std::string& unit) { watches_.unit_changed(unit, disk_.actor()); });
  lay_image();
  boot();
}

Host SimHost::host() { return {files_, processes_, systemd_, packages_, users_, watches_, clocks_, random_}; }

void SimHost::cut_power() {
  if (fuse_.blown()) return;
  fuse_.blow();
  ended_by(Fault::Kind::power_cut);
}

void SimHost::kill_process() { fuse_.blow(); }

void SimHost::boot() {
  disk_.boot(options_.kernel);
  users_.boot();
  clocks_.boot(uuid(split_seed(options_.seed, options_.name, text("boot ", ++boots_))));
  {
    const Fuse::Bypass init(fuse_);
    apply_sysctl_files();
    systemd_.boot();
  }
  restart();
}

void SimHost::restart() {
  watches_.forget();
  fuse_.mend();
}

void SimHost::reboot() {
  disk_.write_back();
  fuse_.blow();
  boot();
}

Result<> SimHost::edit(const Path& path, std::string_view bytes, const std::string& actor) {
  return as(actor, [&](SimHost& host) { return host.disk_.overwrite(path, bytes); });
}

Result<> SimHost::remove(const Path& path, const std::string& actor) {
  return as(actor, [&](SimHost& host) { return host.disk_.remove_tree(path); });
}

void SimHost::lay_image() {
  const Fuse::Bypass before_the_first_boot(fuse_);
  for (const auto* path : image_directories) (void)disk_.make_directories(path);
  (void)disk_.make_link("/lib", "usr/lib", {});
  (void)disk_.make_link("/bin", "usr/bin", {});
  (void)disk_.make_directory("/home/alice", {.mode = 0700, .uid = 1000, .gid = 1000});
  for (const auto& file : image_files) (void)disk_.write_new(file.path, file.text, {.mode = file.mode});
  DpkgDatabase database;
  for (const auto* name : image_packages) database.records[name] = {.state = "installed", .version = "12.8"};
  (void)database.save(disk_);
  for (const auto& name : options_.preinstalled) (void)packages_.preinstall(name);
  for (const auto* unit : {"ssh", "cron"}) (void)systemd_.set_enabled(unit, true);
  disk_.write_back();
}

// As systemd-sysctl(8) at boot: /etc before /usr/lib for files named alike, in the order of their names.
void SimHost::apply_sysctl_files() {
  std::map<std::string, Path> files;
  for (const auto* folder : {"/usr/lib/sysctl.d", "/etc/sysctl.d"}) {
    const auto names = disk_.list(folder);
    if (!names || !*names) continue;
    for (const auto& name : **names)
      if (name.ends_with(".conf")) files[name] = text(folder, '/', name);
  }
  for (const auto& [name, path] : files) {
    const auto bytes = disk_.read(path, plenty);
    if (!bytes || !*bytes) continue;
    for (const auto& line : split(**bytes, '\n')) {
      const auto equals = line.find('=');
      if (equals == std::string::npos || line.starts_with('#')) continue;
      auto key = line.substr(0, line.find_last_not_of(" \t", equals - 1) + 1);
      const auto start = line.find_first_not_of(" \t", equals + 1);
      for (auto& c : key)
        if (c == '.') c = '/';
      if (start != std::string::npos) (void)disk_.write_kernel(text("/proc/sys/", key), line.substr(start));
    }
  }
}

void SimHost::ended_by(Fault::Kind kind) {
  if (kind == Fault::Kind::power_cut) disk_.lose_power(choices_);
}

}  // namespace flyball::os::sim
