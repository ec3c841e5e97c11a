#include "cli/fake_server.hpp"
#include "cli/fake_world.hpp"
#include "cli/local_files.hpp"
#include "cli/logins.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

namespace flyball::cli {
namespace {

using testing::HasSubstr;

constexpr std::string_view me = R"({"person":"ana","roles":["submit","review"],"until":"2026-11-24T18:00:00Z"})";

// A person who is logged in.
class RemoteTest : public testing::Test {
 protected:
  RemoteTest() {
    EXPECT_TRUE(
        write_logins(fake.world, {.last = server.url, .servers = {{server.url, {"s3cret", server.ca_pem, ""}}}}));
    server.on("GET /api/v1/me", me);
  }
  std::string put(const std::string& name, std::string_view bytes) {
    const auto path = (fake.folder() / name).string();
    EXPECT_TRUE(write_new_file(path, bytes));
    return path;
  }
  std::string last_body() { return server.seen().back().body; }

  FakeServer server;
  FakeWorld fake;
};

class LoginTest : public RemoteTest {
 protected:
  LoginTest() { std::filesystem::remove_all(fake.folder() / ".config"); }
};

TEST_F(LoginTest, KeepsTokenAndTrustForItsOwnerAlone) {
  put("token", "s3cret\n");
  put("ca.crt", server.ca_pem);
  ASSERT_EQ(fake.run({"login", server.url, "--token-file", "token", "--ca", "ca.crt"}), 0) << fake.err;
  EXPECT_EQ(fake.out, text("logged in to ", server.url, " as ana (submit, review)\n"));
  EXPECT_EQ(server.seen().back().token, "Bearer s3cret");
  struct stat status{};
  ASSERT_EQ(::stat((fake.folder() / ".config/flyball/servers.json").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_EQ(fake.run({"whoami"}), 0) << fake.err;
  EXPECT_EQ(fake.out, "ana  submit, review  until 2026-11-24T18:00:00Z\n");
}

TEST_F(LoginTest, ShowsAFingerprintAndAsksBeforeItTrusts) {
  fake.given = "s3cret\n";
  EXPECT_EQ(fake.run({"login", server.url, "--token-file", "-"}), 77);
  EXPECT_THAT(fake.err, HasSubstr(server.ca_fingerprint));
  EXPECT_FALSE(exists((fake.folder() / ".config/flyball/servers.json").string()));

  fake.world.in_is_terminal = fake.world.err_is_terminal = true;
  fake.typed = "no";
  EXPECT_EQ(fake.run({"login", server.url, "--token-file", "-"}), 77);
  EXPECT_EQ(fake.run({"login", server.url, "--token-file", "-", "--no-input"}), 77);
  fake.typed = "yes";
  EXPECT_EQ(fake.run({"login", server.url, "--token-file", "-"}), 0) << fake.err;
  EXPECT_EQ(fake.run({"whoami"}), 0) << fake.err;
}

TEST_F(LoginTest, TheTokenIsNotSentToAServerThatNobodyTrusts) {
  fake.given = "s3cret\n";
  (void)fake.run({"login", server.url, "--token-file", "-"});
  for (const auto& seen : server.seen()) EXPECT_EQ(seen.token, "") << seen.line;
}

TEST_F(LoginTest, RefusesAnotherFingerprintAndKeepsNothing) {
  fake.given = "s3cret\n";
  const auto other = text("sha256:", std::string(64, 'a'));
  EXPECT_EQ(fake.run({"login", server.url, "--token-file", "-", "--fingerprint", other}), 69);
  EXPECT_EQ(fake.run({"login", server.url, "--token-file", "-", "--fingerprint", server.ca_fingerprint}), 0)
      << fake.err;
}

TEST_F(LoginTest, SaysWhatIsMissing) {
  EXPECT_EQ(fake.run({"status"}), 64);
  EXPECT_THAT(fake.err, HasSubstr("no server is named"));
  EXPECT_EQ(fake.run({"status", "-s", server.url}), 77);
  EXPECT_THAT(fake.err, HasSubstr("no token for"));
  EXPECT_EQ(fake.run({"login", "http://x", "--token-file", "-"}), 64);
  EXPECT_EQ(fake.run({"login", server.url}), 64);
}

TEST_F(LoginTest, TheEnvironmentIsEnough) {
  fake.world.environment["FLYBALL_SERVER"] = server.url;
  fake.world.environment["FLYBALL_TOKEN_FILE"] = put("token", "other\n");
  fake.world.environment["FLYBALL_CA_FILE"] = put("ca.crt", server.ca_pem);
  EXPECT_EQ(fake.run({"whoami", "-o", "name"}), 0) << fake.err;
  EXPECT_EQ(fake.out, "ana\n");
  EXPECT_EQ(server.seen().back().token, "Bearer other");
}

TEST_F(RemoteTest, WhatTheServerAnswersDecidesTheExitCode) {
  struct {
    std::string_view name;
    os::net::Response answer;
    int code;
    std::string_view says;
  } const cases[] = {
      {"not signed in", os::net::problem(401, "not-signed-in", "send a token"), 77, "send a token"},
      {"not allowed", os::net::problem(403, "not-allowed", "this needs the role `admin`"), 77, "needs the role"},
      {"not there", os::net::problem(404, "not-found", "there is no device x"), 1, "no device x"},
      {"a wrong question", os::net::problem(400, "invalid", "unknown parameter `y`"), 64, "unknown parameter"},
      {"too busy", os::net::overloaded(7, "too busy"), 69, "try again in 7 s"},
      {"broken", {.status = 500, .body = "oops"}, 1, "500"},
      {"no JSON", {.status = 200, .body = "<html>"}, 1, "gave no JSON"},
  };
  for (const auto& c : cases) {
    server.on("GET /api/v1/overview", {c.answer});
    EXPECT_EQ(fake.run({"status"}), c.code) << c.name << ": " << fake.err;
    EXPECT_THAT(fake.err, HasSubstr(std::string(c.says))) << c.name;
    EXPECT_EQ(fake.out, "") << c.name;
  }
  server.stop();
  EXPECT_EQ(fake.run({"status"}), 69);
}

constexpr std::string_view well = R"({"states":{"Ready":4245,"Failed":1,"Drifted":41},"devices":4287,"away":37,
  "release":{"sequence":415,"revision":"4f1c2e9aaaa"},"held":null,"trouble":null,"as_of":"2026-11-23T14:02:11Z"})";

TEST_F(RemoteTest, StatusAnswersInItsFirstLine) {
  server.on("GET /api/v1/overview", well);
  EXPECT_EQ(fake.run({"status"}), 0) << fake.err;
  EXPECT_EQ(fake.out, "415 4f1c2e9  ✖ 1 Failed  ▲ 41 Drifted  ● 4 245 Ready  37 away  as of 14:02:11Z\n");
  EXPECT_EQ(fake.run({"status", "--detailed-exitcode"}), 2);
  EXPECT_EQ(fake.run({"status", "-o", "json"}), 0);
  EXPECT_TRUE(Json::parse(fake.out));
}

TEST_F(RemoteTest, StatusShowsWhatStopsTheRepositoryWithTheCommandThatHelps) {
  server.on("GET /api/v1/overview",
            R"({"states":{"Ready":2},"devices":2,"release":{"sequence":3,"revision":"aaaaaaaaa"},
    "held":{"sequence":4,"revision":"bbbbbbbbb","subject":"drop it","held":["30 of 60 leave"]},
    "trouble":{"what":"refused","since":"2026-11-23T13:00:00Z","message":"1 error","revision":"ccccccccc",
               "diagnostics":["error[E0101]: unknown key\n  --> a.yaml:1:1\n"]},
    "as_of":"2026-11-23T14:02:11Z"})");
  EXPECT_EQ(fake.run({"status"}), 0) << fake.err;
  EXPECT_EQ(fake.out,
            "3 aaaaaaa  ● 2 Ready  as of 14:02:11Z\n"
            "refused ccccccc since 13:00:00Z: 1 error\n"
            "  error[E0101]: unknown key\n    --> a.yaml:1:1\n"
            "  devices keep what they have; next: flyball validate, mend, push\n"
            "held 4 bbbbbbb drop it\n  30 of 60 leave\n"
            "  next: flyball release approve 4 --reason WHY, or push a smaller change\n");
}

TEST_F(RemoteTest, WhatADeviceSaysCannotSteerTheTerminal) {
  server.on(
      "GET /api/v1/devices?limit=500",
      R"({"items":[{"device":"d1","state":"Failed","group":"g","message":"\u001b]0;owned\u0007x"}],"next":null})");
  EXPECT_EQ(fake.run({"get", "devices"}), 0) << fake.err;
  EXPECT_EQ(fake.out, "d1  Failed  g  \\x1b]0;owned\\x07x\n");
}

TEST_F(RemoteTest, AWatchTellsEachChangeOnceWhenPiped) {
  const auto overview = [](int ready, std::string_view time) {
    return os::net::Response{
        .status = 200,
        .body = text(R"({"states":{"Ready":)", ready, R"(},"devices":3,"release":null,"as_of":")", time, "\"}")};
  };
  server.on("GET /api/v1/overview", {overview(1, "2026-11-23T14:00:00Z"), overview(1, "2026-11-23T14:00:01Z"),
                                     os::net::overloaded(1, "busy"), overview(3, "2026-11-23T14:00:03Z")});
  fake.on_wait = [&] { return fake.waited.size() < 4; };
  EXPECT_EQ(fake.run({"status", "--watch"}), 0) << fake.err;
  EXPECT_EQ(fake.out, "no release  ● 1 Ready  as of 14:00:00Z\nno release  ● 3 Ready  as of 14:00:03Z\n");
  EXPECT_EQ(fake.err, "not live: busy; try again in 1 s\nlive again\n");
}

TEST_F(RemoteTest, AWatchRedrawsInPlaceOnATerminal) {
  fake.world.out_is_terminal = true;
  server.on("GET /api/v1/overview", well);
  fake.on_wait = [&] { return fake.waited.size() < 2; };
  EXPECT_EQ(fake.run({"status", "--watch", "--color", "never"}), 0) << fake.err;
  EXPECT_THAT(fake.out, HasSubstr("\x1b[1A\x1b[J415 4f1c2e9"));
}

TEST_F(RemoteTest, ListsFollowTheirPagesAndTakeFilters) {
  server.on("GET /api/v1/devices?all=site%3Db&group=kiosks&limit=500&state=Failed",
            R"({"items":[{"device":"a","state":"Failed","group":"kiosks","message":"timed out"}],"next":"a"})");
  server.on(
      "GET /api/v1/devices?after=a&all=site%3Db&group=kiosks&limit=500&state=Failed",
      R"({"items":[{"device":"long-name","state":"Failed","group":"kiosks/b","freshness":"connected"}],"next":null})");
  const std::vector<std::string> command = {"get",     "devices", "--match", "all=site=b",
                                            "--group", "kiosks",  "--state", "Failed"};
  EXPECT_EQ(fake.run(command), 0) << fake.err;
  EXPECT_EQ(fake.out, "a          Failed  kiosks    timed out\nlong-name  Failed  kiosks/b  connected\n");
  auto names = command;
  names.insert(names.end(), {"-o", "name"});
  EXPECT_EQ(fake.run(names), 0) << fake.err;
  EXPECT_EQ(fake.out, "a\nlong-name\n");
  EXPECT_EQ(fake.run({"get", "devices", "--match", "site=b"}), 64);
}

TEST_F(RemoteTest, ReleasesAreListed) {
  server.on("GET /api/v1/releases?limit=5", R"({"items":[{"sequence":7,"revision":"abcdef0123","state":"in force",
    "time":"2026-11-23T14:00:00Z","author":"Ana Berg <ana@acme.example>","subject":"Chromium 150"}],"next":null})");
  EXPECT_EQ(fake.run({"get", "releases", "--limit", "5"}), 0) << fake.err;
  EXPECT_EQ(fake.out, "7  abcdef0  in force  2026-11-23T14:00:00Z  Ana Berg  Chromium 150\n");
  EXPECT_EQ(fake.run({"get", "releases", "--limit", "none"}), 64);
}

TEST_F(RemoteTest, ATokenStandsAloneOnStandardOutput) {
  server.on(
      "POST /api/v1/enrolments/tokens",
      {{.status = 201, .body = R"({"device":"kiosk-1","token":"flyball1.xyz","expires":"2026-11-24T14:00:00Z"})"}});
  EXPECT_EQ(fake.run({"device", "token", "kiosk-1", "--hours", "2"}), 0) << fake.err;
  EXPECT_EQ(fake.out, "flyball1.xyz\n");
  EXPECT_EQ(last_body(), R"({"device":"kiosk-1","hours":2})");
  server.on("POST /api/v1/tokens",
            {{.status = 201, .body = R"({"id":"7c","token":"flyball_q","expires":"2027-01-01T00:00:00Z"})"}});
  EXPECT_EQ(fake.run({"token", "create", "bo", "--role", "operate", "--role", "review"}), 0) << fake.err;
  EXPECT_EQ(fake.out, "flyball_q\n");
  EXPECT_EQ(last_body(), R"({"person":"bo","roles":["operate","review"]})");
  server.on(
      "GET /api/v1/tokens?limit=500",
      R"({"items":[{"id":"7c","person":"bo","roles":["operate"],"expires":"2027-01-01T00:00:00Z"}],"next":null})");
  EXPECT_EQ(fake.run({"token", "list"}), 0) << fake.err;
  EXPECT_EQ(fake.out, "7c  bo  operate  until 2027-01-01T00:00:00Z\n");
  server.on("DELETE /api/v1/tokens/7c", {{.status = 204}});
  EXPECT_EQ(fake.run({"token", "remove", "7c"}), 0) << fake.err;
}

TEST_F(RemoteTest, ADeviceIsShownWithWhatDiffers) {
  server.on("GET /api/v1/devices/kiosk-1", R"({"device":"kiosk-1","state":"Drifted","freshness":"connected",
    "group":"kiosks","labels":{"site":"lobby"},"sequence":415,"assigned":415,"generation":9,
    "declared_at":"devices/k.yaml:4:3","message":"",
    "status":{"boot":"b","number":3,"resources":63,"not_ready":[{"resource":"file:/etc/kiosk.env","state":"Drifted",
      "differs":[{"field":"mode","before":"0600","after":"0644"},{"field":"content","diff":"-a\n+b\n"}]}]}})");
  EXPECT_EQ(fake.run({"device", "show", "kiosk-1"}), 0) << fake.err;
  EXPECT_EQ(fake.out,
            "kiosk-1  ▲ Drifted  connected  kiosks  site=lobby\n"
            "at 415, generation 9; declared at devices/k.yaml:4:3\n"
            "▲ Drifted  file:/etc/kiosk.env\n"
            "    mode  observed 0600, desired 0644\n"
            "    content\n      -a\n      +b\n"
            "● Ready  62 as declared\n");
}

TEST_F(RemoteTest, DriftIsToldByResourceAndCause) {
  server.on("GET /api/v1/drift?limit=500&since=24h", R"({"items":[
    {"device":"a","time":"2026-11-23T14:00:00Z","change":{"resource":"file:/x","cause":"/usr/bin/vim of alice"}},
    {"device":"b","time":"2026-11-23T14:05:00Z","change":{"resource":"file:/x","cause":"/usr/bin/vim of alice"}},
    {"device":"a","time":"2026-11-23T13:00:00Z","change":{"resource":"file:/y"}}],"next":null})");
  EXPECT_EQ(fake.run({"drift", "--detailed-exitcode"}), 2) << fake.err;
  EXPECT_EQ(fake.out,
            "2  file:/x  a, b  by /usr/bin/vim of alice  last 2026-11-23T14:05:00Z\n"
            "1  file:/y  a     by unknown                last 2026-11-23T13:00:00Z\n");
}

TEST_F(RemoteTest, ATraceSaysHowFarACommitHasCome) {
  server.on("GET /api/v1/releases?limit=10&revision=4f1c2e9", R"({"items":[{"sequence":415}],"next":null})");
  server.on("GET /api/v1/releases/415", R"({"sequence":415,"author":"Ana <a@b>","approved_by":"Chi","state":"in force",
    "progress":{"devices":21,"verified":19,"failed":["kiosk-0117"],"missing":["kiosk-7"]}})");
  EXPECT_EQ(fake.run({"trace", "4f1c2e9"}), 0) << fake.err;
  EXPECT_EQ(fake.out, "415  by Ana, approved Chi; 19 of 21 verified; Failed: kiosk-0117; not yet: kiosk-7\n");

  server.on("GET /api/v1/releases?limit=10&revision=abcdef1", R"({"items":[],"next":null})");
  server.on("GET /api/v1/repository",
            R"({"branch":"main","trouble":{"what":"refused","revision":"abcdef1234","message":"2 errors"}})");
  EXPECT_EQ(fake.run({"trace", "abcdef1"}), 1);
  EXPECT_EQ(fake.out, "refused  abcdef1: 2 errors\n");
}

TEST_F(RemoteTest, SyncWaitsForTheNextReport) {
  const auto device = [](int number, std::string_view state) {
    return os::net::Response{
        .status = 200,
        .body = text(R"({"device":"k","state":")", state,
                     R"(","sequence":415,"message":"why","freshness":"connected","status":{"boot":"b","number":)",
                     number, "}}")};
  };
  server.on("POST /api/v1/devices/k/sync", {{.status = 202, .body = R"({"wake":4})"}});
  server.on("GET /api/v1/devices/k",
            {device(1, "Ready"), device(1, "Ready"), device(2, "Reconciling"), device(3, "Ready")});
  EXPECT_EQ(fake.run({"sync", "k", "--wait"}), 0) << fake.err;
  EXPECT_THAT(fake.out, testing::StartsWith("Ready at 415 after "));
  server.on("GET /api/v1/devices/k", {device(3, "Ready"), device(4, "Failed")});
  EXPECT_EQ(fake.run({"sync", "k", "--wait"}), 1);
  EXPECT_EQ(fake.err, "why\n");
  server.on("GET /api/v1/devices/k", {device(4, "Ready")});
  EXPECT_EQ(fake.run({"sync", "k", "--wait", "--timeout", "0s"}), 75);
  EXPECT_EQ(fake.run({"sync", "k"}), 0);
}

TEST_F(RemoteTest, AnApprovalNeedsAReason) {
  EXPECT_EQ(fake.run({"release", "approve", "416"}), 64);
  server.on("POST /api/v1/releases/416/statements", R"({"sequence":417,"revision":"abc"})");
  EXPECT_EQ(fake.run({"release", "approve", "416", "--reason", "OPS-1"}), 0) << fake.err;
  EXPECT_EQ(fake.out, "approved 416, in force as 417; next: flyball status --watch\n");
  EXPECT_EQ(last_body(), R"({"kind":"approve","reason":"OPS-1"})");
}

TEST_F(RemoteTest, ABrokenChainIsAFailure) {
  server.on("GET /api/v1/events/verify", R"({"intact":true,"events":18224,"head":"sha256:9be1"})");
  EXPECT_EQ(fake.run({"audit", "verify"}), 0) << fake.err;
  EXPECT_EQ(fake.out, "ok  18 224 events, chain intact, head sha256:9be1\n");
  server.on("GET /api/v1/events/verify", R"({"intact":false,"message":"event 7 was changed"})");
  EXPECT_EQ(fake.run({"audit", "verify"}), 1);
  EXPECT_EQ(fake.out, "broken  event 7 was changed\n");
  server.on("GET /api/v1/events?limit=2",
            R"({"items":[{"n":2,"time":"2026-11-23T14:00:00Z","kind":"approval","actor":"chi",
    "subject":"release 4","cause":"OPS-1"}],"next":null})");
  EXPECT_EQ(fake.run({"audit", "log", "--limit", "2"}), 0) << fake.err;
  EXPECT_EQ(fake.out, "2  2026-11-23T14:00:00Z  approval  chi  release 4  OPS-1\n");
}

TEST_F(RemoteTest, TheDoctorFindsClocksApartAndAFrozenRepository) {
  server.on("GET /api/v1/system", R"({"version":"1.2.3","connections":5,"time":"2020-01-01T00:00:00Z"})");
  server.on("GET /api/v1/repository", R"({"branch":"main","trouble":{"what":"frozen","since":"2026-11-23T09:10:00Z",
    "message":"detected dubious ownership"}})");
  server.on("GET /api/v1/overview", well);
  EXPECT_EQ(fake.run({"doctor"}), 1) << fake.err;
  EXPECT_THAT(fake.out, HasSubstr("warn  clock: this machine and the server are "));
  EXPECT_THAT(fake.out, HasSubstr("fail  repository: frozen since 2026-11-23T09:10:00Z"));
  EXPECT_THAT(fake.out, HasSubstr("safe.directory"));
  EXPECT_THAT(fake.out, HasSubstr("ok    token: ana"));
}

}  // namespace
}  // namespace flyball::cli
