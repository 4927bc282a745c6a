#include "transport/proxy_names.hpp"

#include "tests/transport/environment.hpp"

#include <gtest/gtest.h>

namespace flotilla::transport {
namespace {

TEST(ProxyNames, AreTakenFromTheVariablesThatCurlReads) {
  const struct {
    const char* name;
    std::map<std::string, std::string> variables;
    const char* http;
    const char* https;
  } cases[] = {
    {"none", {}, "", ""},
    {"one each", {{"http_proxy", "a:1"}, {"https_proxy", "b:2"}}, "a:1", "b:2"},
    {"upper case for https", {{"HTTPS_PROXY", "http://b:2"}}, "", "b:2"},
    {"upper case for http is not read", {{"HTTP_PROXY", "http://a:1"}}, "", ""},
    {"lower case goes first", {{"https_proxy", "a:1"}, {"HTTPS_PROXY", "b:2"}}, "", "a:1"},
    {"one for all", {{"all_proxy", "socks5://c:9"}}, "c:9", "c:9"},
    {"one for all, upper case", {{"ALL_PROXY", "c:9"}}, "c:9", "c:9"},
    {"the special one goes first", {{"ALL_PROXY", "c:9"}, {"http_proxy", "a:1"}}, "a:1", "c:9"},
    {"empty is none", {{"http_proxy", ""}, {"all_proxy", "c:9"}}, "c:9", "c:9"},
    {"curl's own port", {{"http_proxy", "http://a"}}, "a:1080", ""},
    {"curl's own port with TLS", {{"http_proxy", "https://a"}}, "a:443", ""},
    {"user and password stay out", {{"http_proxy", "http://me:secret@a:1/x"}}, "a:1", ""},
    {"without a scheme as well", {{"http_proxy", "me:secret@a:1"}}, "a:1", ""},
    {"IPv6", {{"http_proxy", "http://[::1]:3128"}}, "[::1]:3128", ""},
    {"nonsense", {{"http_proxy", "http://a b:1"}}, "", ""},
    {"bad port", {{"http_proxy", "http://a:99999"}}, "", ""},
  };
  for (const auto& x : cases) {
    SCOPED_TRACE(x.name);
    const test::proxy_environment only{x.variables};
    const auto names = proxies_of_environment();
    EXPECT_EQ(names.http, x.http);
    EXPECT_EQ(names.https, x.https);
  }
}

TEST(ProxyNames, GoByTheSchemeOfTheTarget) {
  const proxy_names names{"a:1", "b:2"};
  EXPECT_EQ(names.towards({false, "x", 80, "/"}), "a:1");
  EXPECT_EQ(names.towards({true, "x", 443, "/"}), "b:2");
}

} // namespace
} // namespace flotilla::transport
