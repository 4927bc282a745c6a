#include "tests/transport/engine_test.hpp"
#include "tests/transport/environment.hpp"

namespace flotilla::transport {
namespace {

/// A proxy that keeps the heads it got and gives one answer to all.
struct Proxy : testing::Test {
  std::mutex lock;
  std::vector<std::string> heads;
  std::string answer = "HTTP/1.1 204 Done\r\n\r\n";
  test::raw_server server{[this](test::raw_connection& c) {
    for (auto head = c.read_head(); !head.empty(); head = c.read_head()) {
      const std::lock_guard guard{lock};
      heads.push_back(std::move(head));
      c.send(answer);
    }
  }};

  protocol::http_outcome get(const std::string& url) const {
    engine_options options;
    options.connect_timeout = std::chrono::milliseconds{2000};
    curl_engine engine{options};
    return ask(engine, asking(method::get, url));
  }
  std::string first_line() {
    const std::lock_guard guard{lock};
    return heads.empty() ? "" : heads.front().substr(0, heads.front().find('\r'));
  }
};

TEST_F(Proxy, OfTheEnvironmentIsAskedForHttp) {
  const test::proxy_environment env{{{"http_proxy", "http://" + server.address()}}};
  const auto how = get("http://registry.test:5000/v2/x?a=b");
  EXPECT_EQ(status_of(how), 204) << why(how).message;
  EXPECT_EQ(first_line(), "GET http://registry.test:5000/v2/x?a=b HTTP/1.1");
}

TEST_F(Proxy, GetsUserAndPasswordOfTheEnvironment) {
  const test::proxy_environment env{{{"http_proxy", "http://me:secret@" + server.address()}}};
  EXPECT_EQ(status_of(get("http://registry.test/")), 204);
  // printf me:secret | base64
  EXPECT_NE(heads.front().find("\r\nProxy-Authorization: Basic bWU6c2VjcmV0\r\n"),
            std::string::npos);
}

TEST_F(Proxy, IsAskedForATunnelForHttps) {
  answer = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n";
  const test::proxy_environment env{{{"HTTPS_PROXY", "http://me:secret@" + server.address()}}};
  const auto how = get("https://registry.test/v2/");
  EXPECT_EQ(first_line(), "CONNECT registry.test:443 HTTP/1.1");
  EXPECT_EQ(why(how).code, errc::unavailable) << "the proxy's 403 is not the registry's";
  EXPECT_EQ(why(how).message, "the proxy " + server.address()
                                + " does not let us through to reach registry.test:443: it "
                                  "answered 403");
}

TEST_F(Proxy, ThatWantsAPasswordIsAMatterOfSettings) {
  answer = "HTTP/1.1 407 Who are you\r\nProxy-Authenticate: Basic realm=\"x\"\r\n"
           "Content-Length: 0\r\n\r\n";
  const test::proxy_environment env{{{"https_proxy", "http://" + server.address()}}};
  EXPECT_EQ(why(get("https://registry.test/v2/")).code, errc::usage);
}

TEST_F(Proxy, ThatHangsUpIsNamed) {
  test::raw_server mute{[](test::raw_connection& c) { c.read_head(); }};
  const test::proxy_environment env{{{"https_proxy", "http://" + mute.address()}}};
  const auto how = get("https://registry.test/v2/");
  EXPECT_EQ(why(how).code, errc::unavailable);
  EXPECT_NE(why(how).message.find("the proxy " + mute.address()), std::string::npos)
    << why(how).message;
}

TEST_F(Proxy, IsNotAskedForHostsInNoProxy) {
  const test::proxy_environment env{
    {{"http_proxy", "http://" + server.address()}, {"NO_PROXY", "example.org,registry.invalid"}}};
  const auto how = get("http://registry.invalid/");
  EXPECT_EQ(why(how).code, errc::unavailable);
  EXPECT_EQ(first_line(), "");
}

TEST_F(Proxy, IsNotAskedForThisMachine) {
  const test::proxy_environment env{
    {{"http_proxy", "http://127.0.0.1:1"}, {"all_proxy", "http://127.0.0.1:1"}}};
  EXPECT_EQ(status_of(get("http://" + server.address() + "/v2/")), 204);
  EXPECT_EQ(first_line(), "GET /v2/ HTTP/1.1");
  EXPECT_EQ(status_of(get("http://localhost:" + std::to_string(server.port()) + "/")), 204);
}

TEST_F(Proxy, InUpperCaseIsNotTakenForHttp) {
  const test::proxy_environment env{{{"HTTP_PROXY", "http://" + server.address()}}};
  EXPECT_EQ(status_of(get("http://registry.invalid/")), 0);
  EXPECT_EQ(first_line(), "");
}

TEST_F(Proxy, ThatIsNotThereIsNamedWithoutItsPassword) {
  std::string gone;
  {
    const test::raw_server closed{[](test::raw_connection&) {}};
    gone = closed.address();
  }
  const test::proxy_environment env{{{"http_proxy", "http://me:secret@" + gone}}};
  const auto how = get("http://registry.test/v2/");
  EXPECT_EQ(why(how).code, errc::unavailable);
  EXPECT_EQ(why(how).message, "cannot connect to the proxy " + gone
                                + " to reach registry.test:80: connection refused");
}

TEST_F(Proxy, SettingThatCannotBeReadIsNotRepeated) {
  const test::proxy_environment env{{{"http_proxy", "http://me:secret@a b:1"}}};
  const auto how = get("http://registry.test/v2/");
  EXPECT_EQ(why(how).code, errc::usage) << why(how).message;
  EXPECT_EQ((why(how).message + why(how).hint).find("secret"), std::string::npos);
}

} // namespace
} // namespace flotilla::transport
