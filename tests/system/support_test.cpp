#include "tests/support/certificates.hpp"
#include "tests/support/port.hpp"
#include "tests/support/process.hpp"
#include "tests/support/registry.hpp"
#include "tests/support/scripted_registry.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/tls_front.hpp"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <future>

#include <gtest/gtest.h>
#include <httplib.h>

// The furniture of the system tests, tried with programs that are not ours: what it says of
// Flotilla is worth as much as what it says of skopeo.

namespace flotilla::test {

namespace {

using namespace std::chrono_literals;

command words(std::vector<std::string> args) {
  command order;
  order.args = std::move(args);
  return order;
}

/// A layout with one small layer, made by umoci, tagged `demo`.
class umoci_layout {
public:
  umoci_layout() {
    std::ofstream(file("hello")) << "hello\n";
    const auto image = file("layout") + ":demo";
    run_or_throw(words({"umoci", "init", "--layout", file("layout")}));
    run_or_throw(words({"umoci", "new", "--image", image}));
    run_or_throw(words({"umoci", "insert", "--rootless", "--image", image, file("hello"), "/hi"}));
  }
  std::string reference() const {
    return "oci:" + file("layout") + ":demo";
  }
  std::string file(const std::string& name) const {
    return dir_ / name;
  }

private:
  temp_dir dir_;
};

outcome copy(const umoci_layout& from, const std::string& to, std::vector<std::string> more = {}) {
  std::vector<std::string> args{"skopeo", "copy", "--dest-tls-verify=false"};
  args.insert(args.end(), more.begin(), more.end());
  args.insert(args.end(), {from.reference(), "docker://" + to});
  return run(words(std::move(args)));
}

int status_of(const httplib::Result& result) {
  return result ? result->status : -1;
}

// ---- process --------------------------------------------------------------------------------

TEST(Process, TellsStatusAndBothOutputs) {
  const auto ended = run(words({"sh", "-c", "echo out; echo err >&2; exit 3"}));
  EXPECT_EQ(ended.status, 3);
  EXPECT_EQ(ended.out, "out\n");
  EXPECT_EQ(ended.err, "err\n");
  EXPECT_FALSE(ended.timed_out);
}

TEST(Process, FeedsInputLargerThanAPipeAndSurvivesAProgramThatDoesNotRead) {
  const std::string large(1 << 20, 'x');
  command order = words({"wc", "-c"});
  order.input = large;
  EXPECT_EQ(run(order).out, "1048576\n");
  order.args = {"true"};
  EXPECT_EQ(run(order).status, 0);
}

TEST(Process, SetsAndRemovesVariablesAndTheFolder) {
  command order = words({"sh", "-c", "echo $FLOTILLA_ONE ${HOME-none} $(pwd)"});
  order.env = {{"FLOTILLA_ONE", "1"}, {"HOME", ""}};
  order.directory = "/";
  EXPECT_EQ(run(order).out, "1 none /\n");
}

TEST(Process, KillsAGroupThatTakesTooLong) {
  const auto ended = run(words({"sh", "-c", "sleep 100 & sleep 100"}), 50ms);
  EXPECT_TRUE(ended.timed_out);
  EXPECT_EQ(ended.status, 128 + SIGKILL);
}

TEST(Process, TakesSignalsInTheBackground) {
  process shell(
    words({"sh", "-c", "trap 'echo caught; exit 5' INT; echo ready; sleep 100 & wait"}));
  ASSERT_TRUE(shell.wait_for("ready"));
  shell.signal(SIGINT);
  const auto ended = shell.wait();
  shell.signal(SIGINT); // after the end: nothing
  EXPECT_EQ(ended.status, 5);
  EXPECT_EQ(ended.out, "ready\ncaught\n");
}

TEST(Process, NamesAProgramThatIsNotThere) {
  const auto ended = run(words({"no-such-program"}));
  EXPECT_EQ(ended.status, 127);
  EXPECT_NE(ended.err.find("no-such-program"), std::string::npos);
}

TEST(Process, OffersATerminalOnStderr) {
  command order = words({"sh", "-c", "test -t 2 && echo yes; test -t 1 || echo no; stty size <&2"});
  EXPECT_EQ(run(order).out.rfind("no\n", 0), 0U);
  order.terminal = true;
  EXPECT_EQ(run(order).out, "yes\nno\n24 80\n");
}

// ---- docker-registry ------------------------------------------------------------------------

TEST(Registry, TakesAnImageAndKeepsItOverRestarts) {
  registry there;
  const umoci_layout image;
  const auto to = there.address() + "/a/b:v1";
  const auto pushed = copy(image, to);
  ASSERT_EQ(pushed.status, 0) << pushed.err;
  there.restart();
  there.kill();
  EXPECT_FALSE(answers(there.port()));
  there.start();
  run_or_throw(words({"skopeo", "inspect", "--tls-verify=false", "docker://" + to}));
  const auto counts = there.requests();
  EXPECT_EQ(counts.at("POST"), 2); // one layer, one config
  EXPECT_EQ(counts.at("PATCH"), 2);
  EXPECT_EQ(counts.at("PUT"), 3); // and the manifest
}

TEST(Registry, ServesTheBytesThatLieInItsStorage) {
  registry there;
  const umoci_layout image;
  ASSERT_EQ(copy(image, there.address() + "/a:v1").status, 0);
  httplib::Client client("http://" + there.address());
  const auto manifest
    = client.Get("/v2/a/manifests/v1", {{"Accept", "application/vnd.oci.image.manifest.v1+json"}});
  ASSERT_EQ(status_of(manifest), 200);
  const auto digest = digest_of(manifest->body);
  EXPECT_EQ(manifest->get_header_value("Docker-Content-Digest"), digest);
  EXPECT_EQ(std::filesystem::file_size(there.blob_file(digest)), manifest->body.size());
}

TEST(Registry, RefusesWritesWhenReadOnly) {
  registry there;
  const umoci_layout image;
  there.set_read_only(true);
  EXPECT_NE(copy(image, there.address() + "/a:v1").status, 0);
  EXPECT_NE(there.access_log().find(" 405 "), std::string::npos);
  there.set_read_only(false);
  EXPECT_EQ(copy(image, there.address() + "/a:v1").status, 0);
}

TEST(Registry, LetsInWhoeverKnowsThePassword) {
  registry_options options;
  options.user = "captain";
  options.password = "pass:word";
  registry there(options);
  const umoci_layout image;
  const auto to = there.address() + "/a:v1";
  EXPECT_NE(copy(image, to).status, 0);
  EXPECT_NE(copy(image, to, {"--dest-creds", "captain:wrong"}).status, 0);
  EXPECT_EQ(copy(image, to, {"--dest-creds", "captain:pass:word"}).status, 0);
}

TEST(Registry, SaysWhyItDoesNotStart) {
  registry_options options;
  options.more = "nonsense: [\n";
  try {
    const registry never(options);
    FAIL() << "it started";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("yaml"), std::string::npos) << error.what();
  }
}

// ---- TLS ------------------------------------------------------------------------------------

TEST(Registry, SpeaksTlsItself) {
  certificates authority;
  const auto server = authority.issue();
  registry_options options;
  options.certificate = server.certificate;
  options.key = server.key;
  const registry there(options);
  httplib::Client stranger("https://" + there.address());
  EXPECT_EQ(status_of(stranger.Get("/v2/")), -1); // an authority that nobody knows
  httplib::Client client("https://" + there.address());
  client.set_ca_cert_path(authority.authority());
  EXPECT_EQ(status_of(client.Get("/v2/")), 200);
  EXPECT_EQ(there.requests().at("GET"), 1);
}

TEST(TlsFront, PassesAnImageToTheRegistryBehindIt) {
  certificates authority;
  registry behind;
  const tls_front front(behind.port(), authority.issue());
  const umoci_layout image;
  const auto pushed = copy(image, front.address() + "/a:v1");
  ASSERT_EQ(pushed.status, 0) << pushed.err;
  httplib::Client client("https://" + front.address());
  client.set_ca_cert_path(authority.authority());
  const auto opened = client.Post("/v2/a/blobs/uploads/");
  ASSERT_EQ(status_of(opened), 202);
  EXPECT_EQ(opened->get_header_value("Location").rfind("https://" + front.address() + "/v2/a/", 0),
            0U);
}

TEST(TlsFront, AsksForAClientCertificateWhenTold) {
  certificates authority;
  const registry behind;
  tls_front_options options;
  options.client_ca = authority.authority();
  const tls_front front(behind.port(), authority.issue(), options);
  const auto mine = authority.issue();
  httplib::Client stranger("https://" + front.address());
  stranger.set_ca_cert_path(authority.authority());
  EXPECT_EQ(status_of(stranger.Get("/v2/")), 400); // nginx: No required SSL certificate was sent
  httplib::Client known("https://" + front.address(), mine.certificate, mine.key);
  known.set_ca_cert_path(authority.authority());
  EXPECT_EQ(status_of(known.Get("/v2/")), 200);
}

// ---- scripted registry ----------------------------------------------------------------------

class ScriptedRegistry : public ::testing::TestWithParam<location_form> {};

TEST_P(ScriptedRegistry, TakesAnImageFromSkopeo) {
  scripted_registry_options options;
  options.habits.location = GetParam();
  options.entry.kind = login::bearer;
  options.entry.user = "captain";
  options.entry.password = "secret";
  scripted_registry there(options);
  const umoci_layout image;
  const auto to = there.address() + "/a/b:v1";
  EXPECT_NE(copy(image, to, {"--dest-creds", "captain:wrong"}).status, 0);
  const auto pushed = copy(image, to, {"--dest-creds", "captain:secret"});
  ASSERT_EQ(pushed.status, 0) << pushed.err;
  const auto manifest = there.content().manifest("a/b", "v1");
  ASSERT_TRUE(manifest);
  const auto hex = digest_of(*manifest).substr(7);
  EXPECT_TRUE(std::filesystem::exists(image.file("layout/blobs/sha256/" + hex)));
  EXPECT_EQ(there.content().open_sessions(), 0U);
}

INSTANTIATE_TEST_SUITE_P(EveryLocation, ScriptedRegistry,
                         ::testing::Values(location_form::path, location_form::absolute,
                                           location_form::stateful));

TEST(ScriptedRegistryRules, AnswerAsOftenAsTheySayAndThenStepAside) {
  scripted_registry there;
  there.on("GET", "^/v2/$", registry_error(503, "UNAVAILABLE", "later"), 2);
  httplib::Client client("http://" + there.address());
  for (const int expected : {503, 503, 200})
    EXPECT_EQ(status_of(client.Get("/v2/")), expected);
  EXPECT_EQ(there.count("GET"), 3U);
}

TEST(ScriptedRegistryRules, MayCutResetAndSendAnything) {
  scripted_registry there;
  there.on("GET", "/cut", hang_up());
  there.on("GET", "/reset", reset_connection());
  there.on("GET", "/raw", raw_bytes("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"));
  httplib::Client client("http://" + there.address());
  EXPECT_EQ(status_of(client.Get("/cut")), -1);
  EXPECT_EQ(status_of(client.Get("/reset")), -1);
  const auto raw = client.Get("/raw");
  ASSERT_EQ(status_of(raw), 200);
  EXPECT_EQ(raw->body, "hi");
}

TEST(ScriptedRegistryRules, MayAnswerBeforeTheBodyCame) {
  scripted_registry there;
  there.on_headers("PUT", "/large", registry_error(413, "SIZE_INVALID", "too large"));
  httplib::Client client("http://" + there.address());
  const auto reply = client.Put("/large", "small after all", "text/plain");
  EXPECT_EQ(status_of(reply), 413);
  ASSERT_EQ(there.log().size(), 1U);
  EXPECT_EQ(there.log()[0].body_size, 0U);
}

TEST(ScriptedRegistryRules, MayHoldAnAnswerBack) {
  scripted_registry there;
  std::promise<void> release;
  auto released = release.get_future().share();
  there.on("GET", "/slow", [released](const seen_request&) -> std::optional<answer> {
    released.wait();
    return answer{204, {}, {}, {}};
  });
  auto asked = std::async(std::launch::async, [&] {
    return status_of(httplib::Client("http://" + there.address()).Get("/slow"));
  });
  EXPECT_EQ(status_of(httplib::Client("http://" + there.address()).Get("/v2/")), 200);
  release.set_value();
  EXPECT_EQ(asked.get(), 204);
}

TEST(ScriptedRegistryContent, KeepsTheRulesOfChunks) {
  scripted_registry there;
  httplib::Client client("http://" + there.address());
  const auto opened = client.Post("/v2/a/blobs/uploads/");
  ASSERT_EQ(status_of(opened), 202);
  const auto at = opened->get_header_value("Location");
  const auto chunk = [&](const char* range, const std::string& bytes) {
    return client.Patch(at, {{"Content-Range", range}}, bytes, "application/octet-stream");
  };
  EXPECT_EQ(status_of(chunk("5-9", "world")), 416);
  EXPECT_EQ(status_of(chunk("bytes 0-4/10", "hello")), 400);
  EXPECT_EQ(status_of(chunk("0-5", "hello")), 400);
  const auto first = chunk("0-4", "hello");
  ASSERT_EQ(status_of(first), 202);
  EXPECT_EQ(first->get_header_value("Range"), "0-4");
  // printf helloworld | sha256sum
  const std::string digest
    = "sha256:936a185caaa266bb9cbe981e9e05cb78cd732b0b3280eb944412bb6f8f8f07af";
  EXPECT_EQ(status_of(client.Put(at + "?digest=" + digest, {{"Content-Range", "5-9"}}, "world",
                                 "application/octet-stream")),
            201);
  EXPECT_EQ(there.content().blob("a", digest), "helloworld");
  const auto mounted = client.Post("/v2/b/blobs/uploads/?from=a&mount=" + digest);
  EXPECT_EQ(status_of(mounted), 201);
  const auto head = client.Head("/v2/b/blobs/" + digest);
  ASSERT_EQ(status_of(head), 200);
  EXPECT_EQ(head->get_header_value("Content-Length"), "10");
}

TEST(ScriptedRegistryContent, RefusesWhatDoesNotFit) {
  scripted_registry there;
  httplib::Client client("http://" + there.address());
  const auto wrong = "/v2/a/blobs/uploads/?digest=" + digest_of("other");
  EXPECT_EQ(status_of(client.Post(wrong, "this", "application/octet-stream")), 400);
  EXPECT_EQ(status_of(client.Put("/v2/a/blobs/uploads/none?digest=" + digest_of(""), "", "")), 404);
  EXPECT_EQ(status_of(client.Head("/v2/a/blobs/" + digest_of(""))), 404);
  const auto manifest = R"({"config":{"digest":")" + digest_of("{}") + R"("},"layers":[]})";
  EXPECT_EQ(status_of(client.Put("/v2/a/manifests/v1", manifest, "application/json")), 404);
  there.content().add_blob("a", "{}");
  EXPECT_EQ(status_of(client.Put("/v2/a/manifests/v1", manifest, "application/json")), 201);
  EXPECT_EQ(status_of(client.Put("/v2/a/manifests/v1", "[", "application/json")), 400);
  EXPECT_EQ(status_of(client.Put("/v2/a/manifests/" + digest_of(""), manifest, "text/plain")), 400);
}

TEST(ScriptedRegistryContent, AsksForATokenOfTheRightRepository) {
  scripted_registry_options options;
  options.entry.kind = login::bearer;
  scripted_registry there(options);
  httplib::Client client("http://" + there.address());
  const auto refused = client.Head("/v2/a/blobs/" + digest_of(""));
  ASSERT_EQ(status_of(refused), 401);
  EXPECT_EQ(refused->get_header_value("WWW-Authenticate"),
            "Bearer realm=\"http://" + there.address()
              + "/token\",service=\"scripted\",scope=\"repository:a:pull,push\"");
  const auto token = client.Get("/token?service=scripted&scope=repository:a:pull,push");
  ASSERT_EQ(status_of(token), 200);
  EXPECT_EQ(token->body, R"({"token":"token-1","expires_in":300})");
  client.set_bearer_token_auth("token-1");
  EXPECT_EQ(status_of(client.Head("/v2/a/blobs/" + digest_of(""))), 404);
  EXPECT_EQ(status_of(client.Head("/v2/b/blobs/" + digest_of(""))), 401);
  there.expire_tokens();
  EXPECT_EQ(status_of(client.Head("/v2/a/blobs/" + digest_of(""))), 401);
}

} // namespace

} // namespace flotilla::test
