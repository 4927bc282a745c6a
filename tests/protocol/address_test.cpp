#include "protocol/address.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flotilla::protocol {
namespace {

using testing::HasSubstr;
using testing::Not;

// The ranges are those of IANA's special-purpose address registries.
TEST(PrivateAddress, IsALiteralThatTheWorldCannotReach) {
  for (const char* host : {"127.0.0.1",
                           "127.255.255.255",
                           "10.0.0.0",
                           "10.255.255.255",
                           "172.16.0.0",
                           "172.31.255.255",
                           "192.168.0.0",
                           "192.168.255.255",
                           "169.254.0.0",
                           "169.254.169.254",
                           "0.0.0.0",
                           "localhost",
                           "LocalHost",
                           "registry.localhost",
                           "localhost.",
                           "10.0.0.1.",
                           "[::1]",
                           "[::]",
                           "[0:0:0:0:0:0:0:1]",
                           "[fc00::]",
                           "[fdff:ffff::1]",
                           "[fe80::1]",
                           "[FEBF::1]",
                           "[::ffff:10.0.0.1]",
                           "[::ffff:a00:1]",
                           "[::ffff:127.0.0.1]",
                           "[::192.168.0.1]"})
    EXPECT_TRUE(is_private_address(host)) << host;
}

TEST(PrivateAddress, IsNoOtherLiteralAndNoName) {
  for (const char* host :
       {"9.255.255.255",      "11.0.0.0",         "126.255.255.255", "128.0.0.1",
        "172.15.255.255",     "172.32.0.0",       "192.167.255.255", "192.169.0.0",
        "169.253.255.255",    "169.255.0.0",      "8.8.8.8",         "[2001:db8::1]",
        "[fbff::1]",          "[fe00::1]",        "[fec0::1]",       "[::ffff:8.8.8.8]",
        "[64:ff9b::808:808]", "registry.example", "10.example",      "127.0.0.1.example",
        "localhost.example",  "mylocalhost",      "registry",        "x10"})
    EXPECT_FALSE(is_private_address(host)) << host;
}

// inet_aton takes all of these; each means 127.0.0.1 or 10.0.0.1 to it.
TEST(PrivateAddress, IsANumberThatResolversReadAsTheyLike) {
  for (const char* host : {"127.1", "127.0.1", "2130706433", "0x7f.0.0.1", "0x7F000001",
                           "0177.0.0.1", "010.0.0.1", "10.0.0.01", "0xa.1"})
    EXPECT_TRUE(is_private_address(host)) << host;
}

TEST(LocalName, IsOneThatThePublicDnsDoesNotHave) {
  for (const char* host : {"registry", "localhost", "registry.local", "r.svc.cluster.local",
                           "nas.lan", "r.internal", "r.home.arpa", "R.LOCAL", "r.local."})
    EXPECT_TRUE(is_local_name(host)) << host;
  for (const char* host : {"registry.example", "local.example", "notlocal.example", "r.xlocal",
                           "home.arpa.example", "10.0.0.1", "127.1", "2130706433", "[::1]", ""})
    EXPECT_FALSE(is_local_name(host)) << host;
}

TEST(CheckReach, RefusesAStepFromTheWorldToAPrivateAddress) {
  const struct {
    const char* name;
    const char* from;
    const char* to;
    bool allowed;
  } cases[] = {
    {"world to world", "https://reg.example", "https://cdn.example/x", true},
    {"world to a public address", "https://reg.example", "https://8.8.8.8/x", true},
    {"world to a name of one word", "https://reg.example", "https://storage/x", true},
    {"loopback to itself", "http://127.0.0.1:5000", "http://127.0.0.1:5001/x", true},
    {"loopback by name to its number", "http://localhost:5000", "http://127.0.0.1:9/x", true},
    {"private to private", "https://10.0.0.1", "https://10.0.0.2:9000/x", true},
    {"private to loopback", "https://192.168.0.1", "http://127.0.0.1/x", true},
    {"private IPv6 to private IPv4", "https://[fd00::1]", "https://10.0.0.2/x", true},
    {"private to the world", "https://10.0.0.1", "https://cdn.example/x", true},
    {"local name to private", "https://registry:5000", "https://10.0.0.2/x", true},
    {"cluster name to private", "https://r.kube.svc.cluster.local", "https://10.1.0.2/x", true},
    {"world to loopback", "https://reg.example", "https://127.0.0.1/x", false},
    {"world to localhost", "https://reg.example", "https://localhost/x", false},
    {"world to private", "https://reg.example", "https://10.0.0.1/x", false},
    {"world to link-local", "http://reg.example", "http://169.254.169.254/latest", false},
    {"world to IPv6 loopback", "https://reg.example", "https://[::1]:8443/x", false},
    {"world to unspecified", "https://reg.example", "https://0.0.0.0/x", false},
    {"world to a short spelling", "https://reg.example", "https://127.1/x", false},
    {"public address to private", "https://8.8.8.8", "https://10.0.0.1/x", false},
  };
  for (const auto& c : cases) {
    const auto said = check_reach(*parse_url(c.from), *parse_url(c.to));
    EXPECT_EQ(said.code, c.allowed ? errc::none : errc::refused) << c.name;
  }
}

TEST(CheckReach, NamesBothEndsAndNoSecret) {
  const auto said = check_reach(*parse_url("https://reg.example/v2/x"),
                                *parse_url("https://10.0.0.1/keep?sig=hunter2"));
  EXPECT_THAT(said.message, HasSubstr("https://reg.example leads to https://10.0.0.1/keep"));
  EXPECT_THAT(said.message, Not(HasSubstr("hunter2")));
  EXPECT_NE(said.hint, "");
}

} // namespace
} // namespace flotilla::protocol
