#include "os/real/systemd_bus.hpp"

#include "os/real/errors.hpp"
#include "os/real/sd_bus.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

#include <unistd.h>

namespace flyball::os::real {
namespace {

constexpr const char* destination = "org.freedesktop.systemd1";
constexpr const char* manager_object = "/org/freedesktop/systemd1";
constexpr const char* manager_interface = "org.freedesktop.systemd1.Manager";
constexpr const char* properties_interface = "org.freedesktop.DBus.Properties";
constexpr const char* unit_prefix = "/org/freedesktop/systemd1/unit";
constexpr const char* private_socket = "unix:path=/run/systemd/private";
constexpr Duration usual_timeout = std::chrono::seconds(25);

std::uint64_t microseconds(Duration timeout) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(timeout.count(), 1));
}

Errc errc_of_name(std::string_view name) {
  struct Known {
    std::string_view name;
    Errc code;
  };
  constexpr std::array known = {
      Known{"org.freedesktop.systemd1.NoSuchUnit", Errc::not_found},
      Known{"org.freedesktop.DBus.Error.FileNotFound", Errc::not_found},
      Known{"org.freedesktop.DBus.Error.AccessDenied", Errc::denied},
      Known{"org.freedesktop.DBus.Error.InteractiveAuthorizationRequired", Errc::denied},
      Known{"org.freedesktop.DBus.Error.InvalidArgs", Errc::invalid},
      Known{"org.freedesktop.systemd1.UnitMasked", Errc::conflict},
      Known{"org.freedesktop.systemd1.OnlyByDependency", Errc::conflict},
      Known{"org.freedesktop.systemd1.BadUnitSetting", Errc::invalid},
      Known{"org.freedesktop.systemd1.LoadFailed", Errc::invalid},
      Known{"org.freedesktop.DBus.Error.Timeout", Errc::timeout},
      Known{"org.freedesktop.DBus.Error.NoReply", Errc::timeout},
      Known{"org.freedesktop.DBus.Error.ServiceUnknown", Errc::unavailable},
      Known{"org.freedesktop.DBus.Error.Disconnected", Errc::unavailable},
  };
  const auto found = std::ranges::find(known, name, &Known::name);
  return found == known.end() ? Errc::unavailable : found->code;
}

}  // namespace

struct SystemdBus::Parts {
  const SdBus& api;
  sd_bus* bus = nullptr;
  bool direct = false;  // Without a bus in between nobody has a name.
  std::function<void(const Signal&)> use;

  explicit Parts(const SdBus& functions) : api(functions) {}
  ~Parts() { api.sd_bus_flush_close_unref(bus); }
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;

  // A message that is given back when it goes.
  class Message {
   public:
    Message(const SdBus& functions, sd_bus_message* message) : api_(functions), message_(message) {}
    ~Message() { api_.sd_bus_message_unref(message_); }
    Message(const Message&) = delete;
    Message& operator=(const Message&) = delete;
    sd_bus_message* get() const { return message_; }

   private:
    const SdBus& api_;
    sd_bus_message* message_;
  };

  sd_bus_message* new_call(const char* object, const char* interface, const std::string& method) {
    sd_bus_message* message = nullptr;
    (void)api.sd_bus_message_new_method_call(bus, &message, direct ? nullptr : destination, object, interface,
                                             method.c_str());
    return message;  // Null when out of memory or closed: every use of it fails.
  }
  void append(const Message& call, char type, const void* value) {
    (void)api.sd_bus_message_append_basic(call.get(), type, value);
  }
  void append(const Message& call, const std::string& value) { append(call, 's', value.c_str()); }

  Result<std::unique_ptr<Message>> send(const Message& call, Duration timeout) {
    if (call.get() == nullptr) return fail(Errc::unavailable, "the connection to systemd is gone");
    sd_bus_error error{};
    sd_bus_message* reply = nullptr;
    const int done = api.sd_bus_call(bus, call.get(), microseconds(timeout), &error, &reply);
    auto answer = std::make_unique<Message>(api, reply);
    if (done >= 0) return answer;
    Error failed{errc_of(-done), words(-done)};
    if (error.name != nullptr) {
      failed = Error{errc_of_name(error.name), error.message != nullptr ? error.message : error.name};
    }
    api.sd_bus_error_free(&error);
    return std::unexpected(std::move(failed));
  }

  Result<std::unique_ptr<Message>> get(const std::string& object, const std::string& interface,
                                       const std::string& property, const char* type) {
    const Message call(api, new_call(object.c_str(), properties_interface, "Get"));
    append(call, interface);
    append(call, property);
    auto reply = TRY(send(call, usual_timeout));
    if (api.sd_bus_message_enter_container(reply->get(), 'v', type) <= 0)
      return fail(Errc::corrupt, "systemd's ", property, " is of another type");
    return reply;
  }

  std::string read_text(sd_bus_message* message) {
    for (const char type : {'s', 'o'}) {
      const char* value = nullptr;
      if (api.sd_bus_message_read_basic(message, type, static_cast<void*>(&value)) > 0) return value;
    }
    return {};
  }

  // Signals of the manager begin with names, paths and numbers of 32 bits, in an order of their own.
  std::vector<std::string> read_values(sd_bus_message* message) {
    std::vector<std::string> values;
    for (;;) {
      if (auto value = read_text(message); !value.empty()) {
        values.push_back(std::move(value));
        continue;
      }
      std::uint32_t number = 0;
      if (api.sd_bus_message_read_basic(message, 'u', &number) <= 0) return values;
      values.push_back(std::to_string(number));
    }
  }

  static int on_signal(sd_bus_message* message, void* self, sd_bus_error*) {
    auto& parts = *static_cast<Parts*>(self);
    const char* member = parts.api.sd_bus_message_get_member(message);
    const char* object = parts.api.sd_bus_message_get_path(message);
    if (member != nullptr && object != nullptr)
      parts.use(Signal{.member = member, .object = object, .values = parts.read_values(message)});
    return 0;
  }
};

SystemdBus::SystemdBus(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
SystemdBus::~SystemdBus() = default;

Result<std::unique_ptr<SystemdBus>> SystemdBus::open() {
  auto parts = std::make_unique<Parts>(*TRY(SdBus::load()));
  if (::access("/run/systemd/system", F_OK) != 0)
    return fail(Errc::unsupported, "this device was not started by systemd");
  int done = parts->api.sd_bus_open_system(&parts->bus);
  if (done < 0 && ::geteuid() == 0) {
    done = parts->api.sd_bus_new(&parts->bus);
    if (done >= 0) done = parts->api.sd_bus_set_address(parts->bus, private_socket);
    if (done >= 0) done = parts->api.sd_bus_start(parts->bus);
    parts->direct = true;
  }
  if (done < 0) return fail(Errc::unavailable, "cannot connect to systemd: ", words(-done));
  return std::unique_ptr<SystemdBus>(new SystemdBus(std::move(parts)));
}

Result<std::string> SystemdBus::call(const std::string& method, const std::vector<std::string>& arguments,
                                     Duration timeout) {
  const Parts::Message call(parts_->api, parts_->new_call(manager_object, manager_interface, method));
  for (const auto& argument : arguments) parts_->append(call, argument);
  const auto reply = TRY(parts_->send(call, timeout));
  return parts_->read_text(reply->get());
}

Result<bool> SystemdBus::change_unit_files(const std::string& method, const std::string& unit,
                                           const std::vector<bool>& flags) {
  const Parts::Message call(parts_->api, parts_->new_call(manager_object, manager_interface, method));
  std::array<char*, 2> names = {const_cast<char*>(unit.c_str()), nullptr};  // Only read.
  (void)parts_->api.sd_bus_message_append_strv(call.get(), names.data());
  for (const bool flag : flags) {
    const int value = flag ? 1 : 0;
    parts_->append(call, 'b', &value);
  }
  const auto reply = TRY(parts_->send(call, usual_timeout));
  int answer = 1;
  (void)parts_->api.sd_bus_message_read_basic(reply->get(), 'b', &answer);
  return answer != 0;
}

Result<std::string> SystemdBus::text(const std::string& object, const std::string& interface,
                                     const std::string& property) {
  const auto reply = TRY(parts_->get(object, interface, property, "s"));
  return parts_->read_text(reply->get());
}

Result<bool> SystemdBus::flag(const std::string& object, const std::string& interface, const std::string& property) {
  const auto reply = TRY(parts_->get(object, interface, property, "b"));
  int value = 0;
  if (parts_->api.sd_bus_message_read_basic(reply->get(), 'b', &value) <= 0)
    return fail(Errc::corrupt, "systemd's ", property, " has no value");
  return value != 0;
}

Result<std::string> SystemdBus::queued_job(const std::string& object) {
  const auto reply = TRY(parts_->get(object, "org.freedesktop.systemd1.Unit", "Job", "(uo)"));
  std::uint32_t number = 0;
  if (parts_->api.sd_bus_message_enter_container(reply->get(), 'r', "uo") <= 0 ||
      parts_->api.sd_bus_message_read_basic(reply->get(), 'u', &number) <= 0)
    return fail(Errc::corrupt, "systemd's Job has no value");
  if (number == 0) return std::string{};
  auto type = text(parts_->read_text(reply->get()), "org.freedesktop.systemd1.Job", "JobType");
  return type ? *type : std::string{};  // It has ended meanwhile.
}

Result<> SystemdBus::listen(const std::vector<Topic>& topics, std::function<void(const Signal&)> use) {
  parts_->use = std::move(use);
  const std::string sender = parts_->direct ? "" : flyball::text("sender='", destination, "',");
  for (const auto& topic : topics) {
    const bool of_manager = topic.unit.empty();
    const auto match =
        flyball::text("type='signal',", sender, "interface='", of_manager ? manager_interface : properties_interface,
                      "',member='", of_manager ? topic.member : "PropertiesChanged", "',path='",
                      of_manager ? std::string(manager_object) : unit_object(topic.unit), "'");
    const int done = parts_->api.sd_bus_add_match(parts_->bus, nullptr, match.c_str(), &Parts::on_signal, parts_.get());
    if (done < 0) return fail(Errc::unavailable, "cannot listen to systemd: ", words(-done));
  }
  TRY(call("Subscribe", {}, usual_timeout), "cannot listen to systemd");
  return {};
}

Result<> SystemdBus::handle() {
  for (;;) {
    const int done = parts_->api.sd_bus_process(parts_->bus, nullptr);
    if (done < 0) return fail(Errc::unavailable, "the connection to systemd is gone: ", words(-done));
    if (done == 0) return {};
  }
}

Result<> SystemdBus::handle_until(const std::function<bool()>& done, Duration timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  for (;;) {
    TRY(handle());
    if (done()) return {};
    const auto left = std::chrono::duration_cast<Duration>(deadline - std::chrono::steady_clock::now());
    if (left <= Duration::zero()) return fail(Errc::timeout, "took longer than ", duration_text(timeout));
    const int woken = parts_->api.sd_bus_wait(parts_->bus, microseconds(left));
    if (woken < 0 && woken != -EINTR)
      return fail(Errc::unavailable, "the connection to systemd is gone: ", words(-woken));
  }
}

int SystemdBus::descriptor() const { return parts_->api.sd_bus_get_fd(parts_->bus); }

std::string unit_object(const std::string& unit) {
  const auto api = SdBus::load();
  char* path = nullptr;
  if (!api || (*api)->sd_bus_path_encode(unit_prefix, unit.c_str(), &path) < 0) return {};
  std::string out = path;
  std::free(path);
  return out;
}

std::string unit_of_object(const std::string& object) {
  const auto api = SdBus::load();
  char* name = nullptr;
  if (!api || (*api)->sd_bus_path_decode(object.c_str(), unit_prefix, &name) <= 0) return {};
  std::string out = name;
  std::free(name);
  return out;
}

std::string full_unit_name(const std::string& name) {
  constexpr std::array<std::string_view, 11> suffixes = {".service", ".socket", ".target",   ".timer",
                                                         ".mount",   ".path",   ".slice",    ".scope",
                                                         ".swap",    ".device", ".automount"};
  const bool has_one = std::ranges::any_of(suffixes, [&](auto suffix) { return name.ends_with(suffix); });
  return has_one ? name : name + ".service";
}

}  // namespace flyball::os::real
