// The samples of the conformance suite: what git wants, what was there before, and how somebody spoils it.
#include "base/digest.hpp"
#include "providers/conformance_samples.hpp"
#include "providers/conformance_suite.hpp"

namespace flyball::providers::conformance {
namespace {

using os::Access;
using os::Host;
using Act = std::function<void(const Host&)>;

void good(const Result<>& result) { ASSERT_TRUE(result) << result.error().message; }

Act put(os::Path path, std::string bytes, std::uint32_t mode = 0644) {
  return [=](const Host& host) {
    const auto root = host.files.stat("/");
    good(os::replace_file(host.files, path, bytes, {.mode = mode, .uid = (*root)->uid, .gid = (*root)->gid}));
  };
}
Act make_link(os::Path path, std::string target) {
  return [=](const Host& host) {
    const auto root = host.files.stat("/");
    good(host.files.remove(path));
    good(host.files.make_link(path, target, {.mode = 0777, .uid = (*root)->uid, .gid = (*root)->gid}));
    good(host.files.sync(os::parent_of(path)));
  };
}
Act make_directory(os::Path path, std::uint32_t mode = 0755) {
  return [=](const Host& host) {
    const auto root = host.files.stat("/");
    good(host.files.make_directory(path, {.mode = mode, .uid = (*root)->uid, .gid = (*root)->gid}));
    good(host.files.sync(path));
    good(host.files.sync(os::parent_of(path)));
  };
}
Act set_mode(os::Path path, std::uint32_t mode) {
  return [=](const Host& host) {
    const auto there = host.files.stat(path);
    good(host.files.set_access(path, {.mode = mode, .uid = (*there)->uid, .gid = (*there)->gid}));
    good(host.files.sync(path));
  };
}
Act set_owner(os::Path path, std::uint32_t uid) {
  return [=](const Host& host) {
    const auto there = host.files.stat(path);
    good(host.files.set_access(path, {.mode = (*there)->mode, .uid = uid, .gid = (*there)->gid}));
    good(host.files.sync(path));
  };
}
Act remove(os::Path path) {
  return [=](const Host& host) { good(host.files.remove(path)); };
}
Act all_of(std::vector<Act> acts) {
  return [=](const Host& host) {
    for (const auto& act : acts) act(host);
  };
}

std::string content(std::string_view bytes) { return sha256(bytes).str(); }

void add_files(std::vector<Sample>& out) {
  out.push_back({.name = "NewFile",
                 .id = {"file", "/etc/new.conf"},
                 .fields = text(R"({"content":")", content("hello\n"), R"(","mode":"0600"})"),
                 .tamper = put("/etc/new.conf", "spoiled\n"),
                 .whole = {"/etc/new.conf"}});
  out.push_back({.name = "ChangedFile",
                 .id = {"file", "/etc/there.conf"},
                 .fields = text(R"({"content":")", content("one\ntwo\n"), R"(","mode":"0640"})"),
                 .before = put("/etc/there.conf", "as it was\n", 0604),
                 .tamper = set_mode("/etc/there.conf", 0666),
                 .whole = {"/etc/there.conf"}});
  out.push_back({.name = "ModeOfAFile",
                 .id = {"file", "/etc/there.conf"},
                 .fields = R"({"mode":"0600"})",
                 .before = put("/etc/there.conf", "as it was\n", 0664),
                 .tamper = set_mode("/etc/there.conf", 0644),
                 .whole = {"/etc/there.conf"}});
  out.push_back({.name = "FileInPlaceOfALink",
                 .id = {"file", "/etc/there.conf"},
                 .fields = text(R"({"content":")", content("hello\n"), R"("})"),
                 .before = make_link("/etc/there.conf", "/dev/null"),
                 .tamper = make_link("/etc/there.conf", "/dev/zero"),
                 .whole = {"/etc/there.conf"}});
  out.push_back({.name = "FileInPlaceOfAnEmptyDirectory",
                 .id = {"file", "/etc/there"},
                 .fields = text(R"({"content":")", content("hello\n"), R"("})"),
                 .before = make_directory("/etc/there", 0750),
                 .tamper = remove("/etc/there")});
  out.push_back({.name = "NoFile",
                 .id = {"file", "/etc/there.conf"},
                 .fields = R"({"ensure":"absent"})",
                 .before = put("/etc/there.conf", "as it was\n", 0640),
                 .tamper = put("/etc/there.conf", "again\n"),
                 .whole = {"/etc/there.conf"}});
}

void add_owned_paths(std::vector<Sample>& out) {
  out.push_back({.name = "OwnerAndModeOfAFile",
                 .id = {"file", "/etc/there.conf"},
                 .fields = R"({"owner":"alice","group":"4","mode":"0660"})",
                 .before = put("/etc/there.conf", "as it was\n", 0606),
                 .tamper = set_owner("/etc/there.conf", 1),
                 .whole = {"/etc/there.conf"}});
  out.push_back({.name = "OwnedDirectory",
                 .id = {"directory", "/srv/kiosk"},
                 .fields = R"({"owner":"alice","group":"adm","mode":"0770"})",
                 .before = make_directory("/srv/kiosk", 0707),
                 .tamper = set_owner("/srv/kiosk", 1)});
}

void add_directories(std::vector<Sample>& out) {
  out.push_back({.name = "NewDirectory",
                 .id = {"directory", "/etc/kiosk"},
                 .fields = R"({"mode":"0750"})",
                 .tamper = set_mode("/etc/kiosk", 0777)});
  out.push_back({.name = "ModeOfADirectory",
                 .id = {"directory", "/etc/kiosk"},
                 .fields = R"({"mode":"0700"})",
                 .before = all_of({make_directory("/etc/kiosk"), put("/etc/kiosk/theirs", "stays\n")}),
                 .tamper = set_mode("/etc/kiosk", 0755)});
  out.push_back({.name = "DirectoryInPlaceOfAFile",
                 .id = {"directory", "/etc/kiosk"},
                 .fields = R"({"mode":"0700"})",
                 .before = put("/etc/kiosk", "a file\n"),
                 .tamper = remove("/etc/kiosk")});
  out.push_back({.name = "PurgedDirectory",
                 .id = {"directory", "/etc/kiosk"},
                 .fields = R"({"purge":true})",
                 .before = all_of({make_directory("/etc/kiosk"), put("/etc/kiosk/theirs", "moves\n", 0600),
                                   make_directory("/etc/kiosk/d", 0711), put("/etc/kiosk/d/deep", "too\n"),
                                   make_link("/etc/kiosk/link", "theirs")}),
                 .tamper = put("/etc/kiosk/new", "moves as well\n"),
                 .whole = {"/etc/kiosk/theirs"}});
}

void add_links(std::vector<Sample>& out) {
  out.push_back({.name = "NewLink",
                 .id = {"link", "/etc/localtime"},
                 .fields = R"({"target":"/usr/share/zoneinfo/UTC"})",
                 .tamper = make_link("/etc/localtime", "/elsewhere"),
                 .whole = {"/etc/localtime"}});
  out.push_back({.name = "ChangedLink",
                 .id = {"link", "/etc/localtime"},
                 .fields = R"({"target":"/usr/share/zoneinfo/UTC"})",
                 .before = make_link("/etc/localtime", "/usr/share/zoneinfo/Europe/Berlin"),
                 .tamper = remove("/etc/localtime"),
                 .whole = {"/etc/localtime"}});
  out.push_back({.name = "LinkInPlaceOfAFile",
                 .id = {"link", "/etc/resolv.conf"},
                 .fields = R"({"target":"/run/resolv.conf"})",
                 .before = put("/etc/resolv.conf", "nameserver 192.0.2.1\n", 0640),
                 .tamper = put("/etc/resolv.conf", "nameserver 192.0.2.2\n"),
                 .whole = {"/etc/resolv.conf"}});
}

void add_sysctls(std::vector<Sample>& out) {
  const os::Path ours = "/etc/sysctl.d/60-flyball.conf";
  out.push_back({.name = "NewSysctl",
                 .id = {"sysctl", "vm.swappiness"},
                 .fields = R"({"value":"10"})",
                 .tamper = put(ours, "vm.swappiness = 99\n"),
                 .whole = {ours}});
  out.push_back({.name = "SysctlBesideOthers",
                 .id = {"sysctl", "net.ipv4.tcp_rmem"},
                 .fields = R"({"value":"4096 131072   8388608"})",
                 .before = put(ours,
                               "# Written by Flyball. Changes are undone: change them in git.\n"
                               "net.ipv4.tcp_rmem = 1 2 3\nvm.swappiness = 10\n"),
                 .tamper =
                     [](const Host& host) {
                       good(host.files.write_kernel("/proc/sys/net/ipv4/tcp_rmem", "4096\t131072\t6291456"));
                     },
                 .watched = false,
                 .whole = {ours}});
}

void add_commands(std::vector<Sample>& out) {
  out.push_back({.name = "NewState",
                 .id = {"command", "make-marker"},
                 .fields = R"({"check":"test -f /opt/marker","apply":"touch /opt/marker","undo":"rm -f /opt/marker"})",
                 .tamper = remove("/opt/marker"),
                 .watched = false,
                 .durable = false});
  out.push_back({.name = "ChangedState",
                 .id = {"command", "switch-on"},
                 .fields = R"({"check":"grep -q on /opt/switch","apply":"echo on > /opt/switch",)"
                           R"("undo":"echo off > /opt/switch"})",
                 .before = put("/opt/switch", "off\n"),
                 .tamper = put("/opt/switch", "broken\n"),
                 .watched = false,
                 .durable = false});
}

void add_services(std::vector<Sample>& out) {
  out.push_back({.name = "StoppedService",
                 .id = {"service", "cron"},
                 .fields = R"({"running":false,"enabled":false})",
                 .tamper = [](const Host& host) { good(host.systemd.start("cron.service")); },
                 .durable = false});
  out.push_back({.name = "StartedService",
                 .id = {"service", "dbus"},
                 .fields = R"({"running":true})",
                 .tamper = [](const Host& host) { good(host.systemd.stop("dbus.service")); },
                 .durable = false});
  out.push_back({.name = "MaskedService",
                 .id = {"service", "ssh"},
                 .fields = R"({"running":false,"masked":true})",
                 .tamper = [](const Host& host) { good(host.systemd.set_masked("ssh.service", false)); },
                 .durable = false});
}

void add_packages(std::vector<Sample>& out) {
  const std::vector<os::Path> records = {"/var/lib/dpkg", "/var/lib/apt", "/etc/nginx"};
  out.push_back({.name = "NewPackage",
                 .id = {"package", "nginx"},
                 .fields = "{}",
                 .tamper = [](const Host& host) { good(host.packages.perform({.name = "nginx", .present = false})); },
                 .may_stay = records});
  out.push_back(
      {.name = "HeldPackage", .id = {"package", "tool"}, .fields = R"({"hold":true})", .tamper = [](const Host& host) {
         good(host.packages.set_hold("tool", false));
       }});
  out.push_back({.name = "NoPackage",
                 .id = {"package", "tool"},
                 .fields = R"({"ensure":"absent"})",
                 .tamper = [](const Host& host) { good(host.packages.perform({.name = "tool"})); },
                 .may_stay = records});
}

// New versions that the shadow tools were writing, and a line of shadow whose account passwd(5) no longer has.
const std::vector<os::Path> tools = {"/etc/shadow", "/etc/shadow.new", "/etc/passwd.new", "/etc/group.new"};

void add_users(std::vector<Sample>& out) {
  out.push_back({.name = "NewUser",
                 .id = {"user", "kiosk"},
                 .fields = R"({"comment":"Kiosk","groups":["adm","sudo"],"home":"/home/kiosk","password_hash":"$y$x",)"
                           R"("shell":"/usr/sbin/nologin","ssh_keys":["ssh-ed25519 AAAA k"],"uid":2000})",
                 .tamper = [](const Host& host) { good(host.users.change_account("kiosk", {.shell = "/bin/sh"})); },
                 .may_stay = {"/home/kiosk"},
                 .may_stay_after_cut = tools});
  out.push_back(
      {.name = "ChangedUser",
       .id = {"user", "alice"},
       .fields = R"({"comment":"Alice A.","groups":["adm"],"shell":"/bin/sh","ssh_keys":["ssh-ed25519 B b"]})",
       .before = all_of({make_directory("/home/alice/.ssh", 0700), set_owner("/home/alice/.ssh", 1000),
                         put("/home/alice/.ssh/authorized_keys", "# mine\nssh-rsa Z z\nssh-rsa A a\n", 0600),
                         set_owner("/home/alice/.ssh/authorized_keys", 1000)}),
       .tamper = put("/home/alice/.ssh/authorized_keys", "ssh-rsa EVIL e\n", 0600),
       .whole = {"/home/alice/.ssh/authorized_keys"},
       .may_stay_after_cut = tools});
  out.push_back({.name = "NoUser",
                 .id = {"user", "alice"},
                 .fields = R"({"ensure":"absent"})",
                 .tamper = [](const Host& host) { good(host.users.create_account("alice", {})); },
                 .may_stay_after_cut = tools});
}

void add_user_groups(std::vector<Sample>& out) {
  out.push_back({.name = "NewGroup",
                 .id = {"user_group", "operators"},
                 .fields = R"({"gid":3000,"members":["alice"]})",
                 .tamper = [](const Host& host) { good(host.users.change_group("operators", 3001)); },
                 .may_stay_after_cut = tools});
  out.push_back({.name = "ChangedGroup",
                 .id = {"user_group", "adm"},
                 .fields = R"({"members":["alice","daemon"]})",
                 .before = [](const Host& host) { good(host.users.add_member("adm", "root")); },
                 .tamper = [](const Host& host) { good(host.users.remove_member("adm", "alice")); },
                 .may_stay_after_cut = tools});
}

}  // namespace

std::vector<Sample> path_samples() {
  std::vector<Sample> out;
  add_files(out);
  add_directories(out);
  add_links(out);
  return out;
}

std::vector<Sample> all_samples() {
  auto out = path_samples();
  add_owned_paths(out);
  add_sysctls(out);
  add_commands(out);
  add_services(out);
  add_packages(out);
  add_users(out);
  add_user_groups(out);
  return out;
}

std::vector<Sample> samples_of(const std::set<std::string_view>& kinds) {
  auto out = all_samples();
  std::erase_if(out, [&](const Sample& sample) { return !kinds.contains(sample.id.kind()); });
  return out;
}

std::shared_ptr<const os::sim::Mirror> sample_mirror() {
  return std::make_shared<os::sim::Mirror>(os::sim::Mirror{
      .packages = {{.name = "libssl", .version = "3.0.1", .files = {{"/usr/lib/libssl.so", "lib"}}},
                   {.name = "nginx",
                    .version = "1.22-1",
                    .depends = {"libssl"},
                    .files = {{"/usr/bin/nginx", "program"},
                              {"/usr/lib/systemd/system/nginx.service",
                               "[Service]\nExecStart=/usr/bin/nginx\n[Install]\nWantedBy=multi-user.target\n"}},
                    .conffiles = {{"/etc/nginx/nginx.conf", "packaged\n"}},
                    .units = {"nginx.service"}},
                   {.name = "tool", .version = "1.0", .files = {{"/usr/bin/tool", "one"}}}}});
}

std::vector<std::string> sample_preinstalled() { return {"tool"}; }

}  // namespace flyball::providers::conformance
