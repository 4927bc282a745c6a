#include "app/listen_address.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flotilla::app {
namespace {

using protocol::errc;
using testing::HasSubstr;
using testing::Not;

TEST(ListenAddress, IsAHostAndAPort) {
  const struct {
    const char* text;
    const char* host;
    std::uint16_t port;
  } cases[] = {
    {"127.0.0.1:9090", "127.0.0.1", 9090}, {"127.0.0.1:0", "127.0.0.1", 0},
    {"[::1]:9090", "::1", 9090},           {"localhost:65535", "localhost", 65535},
    {"0.0.0.0:80", "0.0.0.0", 80},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.text);
    auto at = parse_listen_address(c.text);
    ASSERT_TRUE(at) << at.error().message;
    EXPECT_EQ(at->host, c.host);
    EXPECT_EQ(at->port, c.port);
  }
}

TEST(ListenAddress, RefusesAllElse) {
  for (const char* text : {"",
                           ":",
                           "9090",
                           ":9090",
                           "127.0.0.1",
                           "127.0.0.1:",
                           "127.0.0.1:x",
                           "127.0.0.1:-1",
                           "127.0.0.1:+1",
                           "127.0.0.1:65536",
                           "127.0.0.1:90 ",
                           "127.0.0.1: 90",
                           "::1:9090",
                           "[::1]",
                           "[]:9090",
                           "[::1:9090",
                           "::1]:9090",
                           "http://127.0.0.1:9090",
                           "127.0.0.1:9090/metrics",
                           "me@127.0.0.1:9090",
                           "a b:9090",
                           "\x1b[2J:x"}) {
    SCOPED_TRACE(text);
    auto at = parse_listen_address(text);
    ASSERT_FALSE(at);
    EXPECT_EQ(at.error().code, errc::usage);
    EXPECT_THAT(at.error().message, HasSubstr("--admin"));
    EXPECT_THAT(at.error().message, Not(HasSubstr("\x1b")));
    EXPECT_THAT(at.error().hint, HasSubstr("127.0.0.1:9090"));
  }
}

} // namespace
} // namespace flotilla::app
