#include "tests/support/port.hpp"
#include "tests/support/raw_server.hpp"
#include "tests/support/registry.hpp"
#include "tests/support/scripted_registry.hpp"
#include "tests/system/program.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace flotilla::test {

namespace {

constexpr auto always = scripted_registry::always;
const std::uint64_t much_memory = is_sanitized() ? 512 << 20 : 128 << 20; // bytes

class Refusal : public ::testing::Test {
protected:
  program flotilla;
  small_model model{flotilla};
  scripted_registry there;
  std::string to = there.address() + "/m:v1";

  ended push(const std::string& address) const {
    return flotilla.push(model.source, address + "/m:v1", {"--retry-budget", "1s"});
  }
  /// Runs against a server that answers every request with these bytes, and then closes.
  ended push_to(const std::string& bytes) const {
    const raw_server odd{[&](raw_connection& connection) {
      connection.read_head();
      connection.send(bytes);
    }};
    return push(odd.address());
  }
};

/// Whoever reads a terminal must not be at the mercy of a registry.
void expect_printable(const ended& run) {
  const auto odd = std::find_if(run.err.begin(), run.err.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\n') || byte == 0x7F;
  });
  EXPECT_EQ(odd, run.err.end()) << static_cast<int>(*odd);
}

TEST_F(Refusal, OfAReadOnlyRegistryIsExplained) {
  registry_options options;
  options.read_only = true;
  const registry read_only{options};
  const auto pushed = push(read_only.address());
  EXPECT_EQ(pushed.status, 5) << pushed.said();
  EXPECT_TRUE(pushed.says("405")) << pushed.err;
  EXPECT_TRUE(pushed.says("read-only")) << pushed.err;
}

TEST_F(Refusal, IsGivenInTheRegistrysOwnWords) {
  const struct {
    int status;
    const char* code;
    int exit;
  } cases[] = {{403, "DENIED", 4},       {400, "NAME_INVALID", 5}, {405, "UNSUPPORTED", 5},
               {409, "CONFLICT", 5},     {412, "PRECONDITION", 5}, {413, "SIZE_INVALID", 5},
               {404, "NAME_UNKNOWN", 5}, {501, "UNSUPPORTED", 5}};
  for (const auto& x : cases) {
    scripted_registry refusing;
    refusing.on("POST", "/uploads/", registry_error(x.status, x.code, "the quota is used up"),
                always);
    const auto pushed = push(refusing.address());
    EXPECT_EQ(pushed.status, x.exit) << x.status << pushed.said();
    EXPECT_TRUE(pushed.says("the quota is used up")) << pushed.err;
    EXPECT_TRUE(pushed.says(x.code)) << pushed.err;
    EXPECT_EQ(refusing.count("PUT", "/manifests/"), 0U);
  }
}

TEST_F(Refusal, OfAManifestIsGivenInTheRegistrysOwnWords) {
  there.on("PUT", "/manifests/", registry_error(400, "MANIFEST_INVALID", "no such field"), always);
  const auto pushed = push(there.address());
  EXPECT_EQ(pushed.status, 5) << pushed.said();
  EXPECT_TRUE(pushed.says("MANIFEST_INVALID")) << pushed.err;
  EXPECT_TRUE(pushed.says("no such field")) << pushed.err;
}

TEST_F(Refusal, OfATagThatIsImmutableIsExplained) {
  there.on("PUT", "/manifests/v1", registry_error(409, "TAG_INVALID", "exists"), always);
  const auto pushed = push(there.address());
  EXPECT_EQ(pushed.status, 5) << pushed.said();
  EXPECT_TRUE(pushed.says("immutable")) << pushed.err;
}

TEST_F(Refusal, RegistryThatRewritesTheManifestIsFoundOut) {
  there.on("PUT", "/manifests/",
           answer{201, {{"Docker-Content-Digest", digest_of("rewritten")}}, {}, {}}, always);
  const auto pushed = push(there.address());
  EXPECT_EQ(pushed.status, 5) << pushed.said();
  EXPECT_TRUE(pushed.says(digest_of("rewritten"))) << pushed.err;
}

TEST_F(Refusal, RegistryThatIsNotThereIsNamed) {
  const auto nobody = "127.0.0.1:" + std::to_string(free_port());
  const auto pushed = push(nobody);
  EXPECT_EQ(pushed.status, 6) << pushed.said();
  EXPECT_TRUE(pushed.says(nobody)) << pushed.err;
  EXPECT_TRUE(pushed.says("refused")) << pushed.err;
}

TEST_F(Refusal, HostWithoutAnAddressIsNamed) {
  const auto pushed = push("registry.invalid");
  EXPECT_EQ(pushed.status, 6) << pushed.said();
  EXPECT_TRUE(pushed.says("registry.invalid")) << pushed.err;
}

TEST_F(Refusal, WebServerIsNoRegistry) {
  there.on("", "^/v2/$", answer{404, {{"Content-Type", "text/html"}}, "<h1>Welcome</h1>", {}},
           always);
  const auto pushed = push(there.address());
  EXPECT_EQ(pushed.status, 5) << pushed.said();
  EXPECT_TRUE(pushed.says("/v2/")) << pushed.err;
}

TEST_F(Refusal, NoiseIsNoRegistry) {
  for (const auto& bytes :
       {std::string{"SSH-2.0-OpenSSH_9.2\r\n"}, noise(1, 3000),
        std::string{"HTTP/9.9 maybe\r\n\r\n"}, std::string{"\0\0\0\0", 4},
        std::string{"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n"},
        std::string{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz"}}) {
    const auto pushed = push_to(bytes);
    EXPECT_TRUE(pushed.status == 5 || pushed.status == 6) << pushed.said();
    EXPECT_FALSE(pushed.err.empty());
    expect_printable(pushed);
  }
}

TEST_F(Refusal, SilenceIsNoRegistry) {
  const auto pushed = push_to("");
  EXPECT_EQ(pushed.status, 6) << pushed.said();
}

TEST_F(Refusal, HeadersWithoutEndAreCutOff) {
  const raw_server odd{[](raw_connection& connection) {
    connection.read_head();
    connection.send("HTTP/1.1 200 OK\r\n");
    const std::string line = "X-More: " + std::string(1000, 'x') + "\r\n";
    while (connection.send(line)) {
    }
  }};
  const auto pushed = push(odd.address());
  EXPECT_TRUE(pushed.status == 5 || pushed.status == 6) << pushed.said();
  EXPECT_FALSE(pushed.timed_out);
  EXPECT_LT(pushed.peak_memory, much_memory);
}

TEST_F(Refusal, OneHeaderWithoutEndIsCutOff) {
  const raw_server odd{[](raw_connection& connection) {
    connection.read_head();
    connection.send("HTTP/1.1 200 OK\r\nX-More: ");
    const std::string more(64 << 10, 'x');
    while (connection.send(more)) {
    }
  }};
  const auto pushed = push(odd.address());
  EXPECT_TRUE(pushed.status == 5 || pushed.status == 6) << pushed.said();
  EXPECT_LT(pushed.peak_memory, much_memory);
}

TEST_F(Refusal, TenGigabytesOfErrorAreNotKept) {
  const raw_server odd{[](raw_connection& connection) {
    connection.read_head();
    connection.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 10000000000\r\n\r\n");
    const std::string more(1 << 20, 'x');
    while (connection.send(more)) {
    }
  }};
  const auto pushed = push(odd.address());
  EXPECT_EQ(pushed.status, 5) << pushed.said();
  EXPECT_LT(pushed.peak_memory, much_memory);
  EXPECT_LT(pushed.err.size(), 10'000U);
}

TEST_F(Refusal, GigabytesOfManifestAreNotKept) {
  there.on("GET", "/manifests/",
           answer{0,
                  {},
                  {},
                  [](int socket) {
                    const std::string head
                      = "HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n";
                    ::send(socket, head.data(), head.size(), MSG_NOSIGNAL);
                    const std::string more(1 << 20, 'x');
                    while (::send(socket, more.data(), more.size(), MSG_NOSIGNAL) > 0) {
                    }
                  }},
           always);
  const auto pushed = push(there.address());
  EXPECT_NE(pushed.status, 0) << pushed.said();
  EXPECT_LT(pushed.peak_memory, much_memory);
}

TEST_F(Refusal, BytesThatWouldMoveTheCursorAreShownAsText) {
  const std::string evil = "\x1b[2J\x1b]0;owned\x07\r\x08\x9b"
                           "31m\xff\xfe";
  const auto json
    = nlohmann::json{{"errors", {{{"code", "DENIED\x1b[31m"}, {"message", "\x1b[2J"}}}}};
  for (const auto& body :
       {json.dump(), R"({"errors":[{"code":"DENIED","message":")" + evil + R"("}]})", evil}) {
    scripted_registry refusing;
    refusing.on("POST", "/uploads/", answer{400, {}, body, {}}, always);
    const auto pushed = push(refusing.address());
    EXPECT_EQ(pushed.status, 5) << pushed.said();
    expect_printable(pushed);
    EXPECT_FALSE(pushed.report.is_null()) << pushed.out;
  }
}

TEST_F(Refusal, SessionsWithoutAUsableLocationAreExplained) {
  const struct {
    const char* name;
    std::vector<std::pair<std::string, std::string>> headers;
  } cases[] = {{"none", {}},
               {"empty", {{"Location", ""}}},
               {"ftp", {{"Location", "ftp://127.0.0.1/upload"}}},
               {"file", {{"Location", "file:///etc/passwd"}}},
               {"no host", {{"Location", "http:///upload"}}},
               {"bad port", {{"Location", "http://127.0.0.1:99999/upload"}}},
               {"user in it", {{"Location", "http://me:you@127.0.0.1/upload"}}}};
  for (const auto& x : cases) {
    scripted_registry odd;
    odd.on("POST", "/uploads/", answer{202, x.headers, {}, {}}, always);
    const auto pushed = push(odd.address());
    EXPECT_EQ(pushed.status, 5) << x.name << pushed.said();
    EXPECT_TRUE(pushed.says("Location")) << x.name << pushed.err;
    EXPECT_EQ(odd.count("PUT"), 0U);
  }
}

} // namespace

} // namespace flotilla::test
