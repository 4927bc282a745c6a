#include "protocol/url.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flotilla::protocol {
namespace {

using namespace std::string_literals;
using testing::HasSubstr;
using testing::Not;

url made(std::string_view text) {
  auto parsed = parse_url(text);
  EXPECT_TRUE(parsed) << text;
  return parsed ? *parsed : url{};
}

TEST(Url, IsReadIntoItsParts) {
  const struct {
    const char* text;
    const char* host;
    const char* target;
    std::uint16_t port;
    bool secure;
  } cases[] = {
    {"https://ghcr.io", "ghcr.io", "/", 443, true},
    {"http://localhost:5000/v2/", "localhost", "/v2/", 5000, false},
    {"HTTPS://Registry.Example.COM/V2/A", "registry.example.com", "/V2/A", 443, true},
    {"https://host:443/", "host", "/", 443, true},
    {"http://host", "host", "/", 80, false},
    {"https://host?_state=a/b", "host", "/?_state=a/b", 443, true},
    {"https://host/p?q=1&q=2#part", "host", "/p?q=1&q=2", 443, true},
    {"https://host#part", "host", "/", 443, true},
    {"https://[2001:DB8::1]:5000/x", "[2001:db8::1]", "/x", 5000, true},
    {"https://[::1]", "[::1]", "/", 443, true},
    {"https://host:65535/", "host", "/", 65535, true},
    {"https://under_score.local/", "under_score.local", "/", 443, true},
    {"https://host/a@b:c//d", "host", "/a@b:c//d", 443, true},
    {"https://host/..", "host", "/..", 443, true},
    {"https://host/?next=https://other/", "host", "/?next=https://other/", 443, true},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.text);
    auto parsed = parse_url(c.text);
    ASSERT_TRUE(parsed) << parsed.error().message;
    EXPECT_EQ(parsed->secure, c.secure);
    EXPECT_EQ(parsed->host, c.host);
    EXPECT_EQ(parsed->port, c.port);
    EXPECT_EQ(parsed->target, c.target);
  }
}

TEST(Url, ThatCannotBeUsedIsRefused) {
  const struct {
    const char* name;
    std::string text;
  } cases[] = {
    {"empty", ""},
    {"no scheme", "host/path"},
    {"scheme of another protocol", "ftp://host/"},
    {"file", "file:///etc/passwd"},
    {"scheme without slashes", "https:host"},
    {"one slash", "https:/host"},
    {"scheme alone", "https://"},
    {"no host, but a port", "https://:443/"},
    {"no host, but a path", "https:///path"},
    {"user", "https://user@host/"},
    {"user and password", "https://user:secret@host/"},
    {"empty user", "https://@host/"},
    {"port 0", "https://host:0/"},
    {"port past 65535", "https://host:65536/"},
    {"port of many digits", "https://host:99999999999999999999/"},
    {"empty port", "https://host:/"},
    {"negative port", "https://host:-1/"},
    {"port with a sign", "https://host:+80/"},
    {"port with letters", "https://host:80a/"},
    {"two ports", "https://host:80:81/"},
    {"blank in the path", "https://host/a b"},
    {"blank before", " https://host/"},
    {"line break", "https://host/\r\nX-Header: 1"},
    {"NUL", "https://host/\0"s},
    {"delete", "https://host/\x7F"},
    {"letter beyond ASCII in the host", "https://h\xC3\xB6st/"},
    {"byte beyond ASCII in the path", "https://host/\xFF"},
    {"dot first", "https://.host/"},
    {"two dots", "https://a..b/"},
    {"hyphen first", "https://-host/"},
    {"backslash", "https://host\\@other/"},
    {"escape in the host", "https://h%6Fst/"},
    {"bracket left open", "https://[::1/"},
    {"bracket never opened", "https://::1]/"},
    {"text after the bracket", "https://[::1]x/"},
    {"empty brackets", "https://[]/"},
    {"name in brackets", "https://[host]/"},
    {"IPv6 zone", "https://[fe80::1%25eth0]/"},
    {"IPv6 without brackets", "https://::1/"},
    {"host of 254 characters", "https://" + std::string(254, 'a')},
    {"more than 8 KiB", "https://host/" + std::string(8192, 'a')},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    auto parsed = parse_url(c.text);
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().code, errc::malformed);
    EXPECT_LE(parsed.error().message.size(), 300u);
  }
}

TEST(Url, OfExactly8KiBIsRead) {
  EXPECT_TRUE(parse_url("https://host/" + std::string(8192 - 13, 'a')));
}

TEST(Url, RefusedOnesDoNotShowTheirSecrets) {
  for (const char* text : {"https://user:hunter2@host/", "ftp://user:hunter2@host/",
                           "https://host:0/?sig=hunter2", "https://host:0/#hunter2"}) {
    SCOPED_TRACE(text);
    auto parsed = parse_url(text);
    ASSERT_FALSE(parsed);
    EXPECT_THAT(parsed.error().message, Not(HasSubstr("hunter2")));
  }
}

TEST(Url, IsWrittenBackWithThePortWhereItIsNotTheSchemes) {
  EXPECT_EQ(made("https://Host:443/a?b").to_string(), "https://host/a?b");
  EXPECT_EQ(made("http://host:443/").to_string(), "http://host:443/");
  EXPECT_EQ(made("https://host:80/").origin(), "https://host:80");
  EXPECT_EQ(made("http://[::1]:5000/v2/").origin(), "http://[::1]:5000");
}

TEST(Url, ForPeopleShowsNoValuesOfTheQuery) {
  EXPECT_EQ(made("https://host/p").redacted(), "https://host/p");
  EXPECT_EQ(made("https://host/p?_state=secret&digest=sha256:ab").redacted(),
            "https://host/p?_state=…&digest=…");
  EXPECT_EQ(made("https://host/p?secret").redacted(), "https://host/p?…");
  EXPECT_EQ(made("https://host/p?a=secret=secret&&b=").redacted(), "https://host/p?a=…&…&b=…");
  EXPECT_EQ(made("https://host/p?").redacted(), "https://host/p?…");
}

TEST(ResolveLocation, LeadsFromTheWorldToNoPrivateAddress) {
  const auto world = made("https://reg.example/v2/x");
  for (const char* location :
       {"https://127.0.0.1/x", "//10.0.0.1/x", "https://[::1]/x", "https://169.254.169.254/x"}) {
    const auto resolved = resolve_location(world, location);
    ASSERT_FALSE(resolved) << location;
    EXPECT_EQ(resolved.error().code, errc::refused) << location;
  }
  EXPECT_TRUE(resolve_location(world, "https://cdn.example/x"));
  EXPECT_TRUE(resolve_location(made("https://10.0.0.1/v2/x"), "https://10.0.0.2/x"));
  EXPECT_TRUE(resolve_location(made("http://localhost:5000/v2/x"), "http://127.0.0.1:9000/x"));
}

TEST(ResolveLocation, FollowsTheExamplesOfRfc3986) {
  const auto base = made("http://a/b/c/d;p?q"); // section 5.4
  const struct {
    const char* location;
    const char* resolved;
  } cases[] = {
    {"g", "http://a/b/c/g"},
    {"./g", "http://a/b/c/g"},
    {"g/", "http://a/b/c/g/"},
    {"/g", "http://a/g"},
    {"//g", "http://g/"},
    {"?y", "http://a/b/c/d;p?y"},
    {"g?y", "http://a/b/c/g?y"},
    {"#s", "http://a/b/c/d;p"},
    {"g#s", "http://a/b/c/g"},
    {"g?y#s", "http://a/b/c/g?y"},
    {";x", "http://a/b/c/;x"},
    {"g;x?y#s", "http://a/b/c/g;x?y"},
    {".", "http://a/b/c/"},
    {"./", "http://a/b/c/"},
    {"..", "http://a/b/"},
    {"../", "http://a/b/"},
    {"../g", "http://a/b/g"},
    {"../..", "http://a/"},
    {"../../", "http://a/"},
    {"../../g", "http://a/g"},
    {"../../../g", "http://a/g"},
    {"../../../../g", "http://a/g"},
    {"/./g", "http://a/g"},
    {"/../g", "http://a/g"},
    {"g.", "http://a/b/c/g."},
    {".g", "http://a/b/c/.g"},
    {"g..", "http://a/b/c/g.."},
    {"..g", "http://a/b/c/..g"},
    {"./../g", "http://a/b/g"},
    {"./g/.", "http://a/b/c/g/"},
    {"g/./h", "http://a/b/c/g/h"},
    {"g/../h", "http://a/b/c/h"},
    {"g;x=1/./y", "http://a/b/c/g;x=1/y"},
    {"g;x=1/../y", "http://a/b/c/y"},
    {"g?y/./x", "http://a/b/c/g?y/./x"},
    {"g?y/../x", "http://a/b/c/g?y/../x"},
    {"g#s/../x", "http://a/b/c/g"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.location);
    auto resolved = resolve_location(base, c.location);
    ASSERT_TRUE(resolved) << resolved.error().message;
    EXPECT_EQ(resolved->to_string(), c.resolved);
  }
}

TEST(ResolveLocation, ReadsWhatRegistriesSend) {
  const auto request = made("https://reg.example:5000/v2/m/blobs/uploads/?mount=x");
  const struct {
    const char* name;
    const char* location;
    const char* resolved;
  } cases[] = {
    {"distribution", "https://reg.example:5000/v2/m/blobs/uploads/1?_state=a%2Bb%3D%3D",
     "https://reg.example:5000/v2/m/blobs/uploads/1?_state=a%2Bb%3D%3D"},
    {"path only", "/v2/m/blobs/uploads/1?_state=A+/=",
     "https://reg.example:5000/v2/m/blobs/uploads/1?_state=A+/="},
    {"storage of its own", "https://s3.example/bucket/k?X-Sig=%2f..%2F&a=..&a=/./",
     "https://s3.example/bucket/k?X-Sig=%2f..%2F&a=..&a=/./"},
    {"same host, told http", "http://reg.example:5000/v2/u", "https://reg.example:5000/v2/u"},
    {"same host, told http without a port", "http://reg.example/v2/u", "https://reg.example/v2/u"},
    {"the port is dropped", "https://reg.example/v2/u", "https://reg.example/v2/u"},
    {"host in upper case", "HTTP://REG.EXAMPLE:5000/v2/u", "https://reg.example:5000/v2/u"},
    {"blanks around", " /v2/u\t", "https://reg.example:5000/v2/u"},
    {"no host of its own", "//other.example/v2/u", "https://other.example/v2/u"},
    {"colon after a slash", "uploads/a:b",
     "https://reg.example:5000/v2/m/blobs/uploads/uploads/a:b"},
    {"colon in the query", "?at=1:2", "https://reg.example:5000/v2/m/blobs/uploads/?at=1:2"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    auto resolved = resolve_location(request, c.location);
    ASSERT_TRUE(resolved) << resolved.error().message;
    EXPECT_EQ(resolved->to_string(), c.resolved);
  }
}

TEST(ResolveLocation, RefusesWhatCannotBeFollowed) {
  const auto request = made("https://reg.example/v2/");
  const struct {
    const char* name;
    std::string location;
    errc code;
  } cases[] = {
    {"empty", "", errc::malformed},
    {"blanks", "  ", errc::malformed},
    {"https to http", "http://storage.example/k", errc::refused},
    {"https to http of a host that only begins alike", "http://reg.example.evil/", errc::refused},
    {"another scheme", "ftp://reg.example/", errc::malformed},
    {"script", "javascript:alert(1)", errc::malformed},
    {"host and port without a scheme", "reg.example:5000/v2/u", errc::malformed},
    {"user info", "https://reg.example@evil.example/", errc::malformed},
    {"user info without a scheme", "//u:p@evil.example/", errc::malformed},
    {"empty host", "///v2/u", errc::malformed},
    {"port 0", "//reg.example:0/", errc::malformed},
    {"header within", "/v2/u\r\nHost: evil", errc::malformed},
    {"blank within", "/v2/a b", errc::malformed},
    {"NUL", "/v2/\0"s, errc::malformed},
    {"binary", "\xFF\xFE\x01", errc::malformed},
    {"9 KiB", "/" + std::string(9 << 10, 'a'), errc::malformed},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    auto resolved = resolve_location(request, c.location);
    ASSERT_FALSE(resolved);
    EXPECT_EQ(resolved.error().code, c.code);
  }
}

TEST(ResolveLocation, OfAPlainRegistryMayBePlainOrSecure) {
  const auto request = made("http://localhost:5000/v2/");
  EXPECT_EQ(resolve_location(request, "http://other/x")->to_string(), "http://other/x");
  EXPECT_EQ(resolve_location(request, "https://other/x")->to_string(), "https://other/x");
  EXPECT_EQ(resolve_location(request, "//other/x")->to_string(), "http://other/x");
}

TEST(ResolveLocation, DoesNotTakeLongForManyDots) {
  std::string many;
  for (int i = 0; i < 1300; ++i)
    many += i % 2 == 0 ? "/a" : "/..";
  EXPECT_EQ(resolve_location(made("https://h/"), many)->target, "/");
}

TEST(SameOrigin, ComparesSchemeHostAndPort) {
  const auto one = made("https://host/a");
  EXPECT_TRUE(same_origin(one, made("https://HOST:443/b?c")));
  EXPECT_FALSE(same_origin(one, made("http://host/a")));
  EXPECT_FALSE(same_origin(one, made("http://host:443/a")));
  EXPECT_FALSE(same_origin(one, made("https://host:444/a")));
  EXPECT_FALSE(same_origin(one, made("https://host.evil/a")));
  EXPECT_FALSE(same_origin(one, made("https://hos/a")));
}

TEST(AddQuery, JoinsAsNeeded) {
  const struct {
    const char* before;
    const char* after;
  } cases[] = {
    {"https://h/p", "https://h/p?digest=sha256:ab"},
    {"https://h", "https://h/?digest=sha256:ab"},
    {"https://h/p?", "https://h/p?digest=sha256:ab"},
    {"https://h/p?a=b", "https://h/p?a=b&digest=sha256:ab"},
    {"https://h/p?a=b&", "https://h/p?a=b&digest=sha256:ab"},
    {"https://h/p?a", "https://h/p?a&digest=sha256:ab"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.before);
    auto to = made(c.before);
    add_query(to, "digest", "sha256:ab");
    EXPECT_EQ(to.to_string(), c.after);
  }
}

TEST(PercentEncoded, EscapesAllThatHasAMeaningInAQuery) {
  EXPECT_EQ(percent_encoded("models/llama:7b"), "models/llama:7b");
  EXPECT_EQ(percent_encoded("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(percent_encoded("a b&c=d+e%f#g?h,i"), "a%20b%26c%3Dd%2Be%25f%23g%3Fh%2Ci");
  EXPECT_EQ(percent_encoded("é\n"s + '\0'), "%C3%A9%0A%00");
  EXPECT_EQ(percent_encoded(""), "");
}

TEST(Loopback, IsWhatNeverLeavesTheMachine) {
  for (const char* host :
       {"localhost", "LocalHost", "127.0.0.1", "127.255.255.255", "127.1.2.3", "[::1]"}) {
    SCOPED_TRACE(host);
    EXPECT_TRUE(is_loopback(host));
  }
  for (const char* host : {"",
                           "localhost.evil.example",
                           "localhost.",
                           "xlocalhost",
                           "127.0.0.1.evil.example",
                           "127.0.0",
                           "127.0.0.",
                           "127.0.0.1.",
                           "127.0.0.256",
                           "127.0.0.01",
                           "127.1",
                           "128.0.0.1",
                           "12.7.0.1",
                           "0127.0.0.1",
                           "127.0.0.1x",
                           "127.0.0.-1",
                           "127..0.1",
                           "10.0.0.1",
                           "0.0.0.0",
                           "[::2]",
                           "::1",
                           "[::ffff:127.0.0.1]",
                           "2130706433",
                           "127.0.0.99999999999"}) {
    SCOPED_TRACE(host);
    EXPECT_FALSE(is_loopback(host));
  }
}

} // namespace
} // namespace flotilla::protocol
