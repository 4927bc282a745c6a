#include "tests/support/relay.hpp"

#include "tests/support/port.hpp"
#include "tests/support/raw_server.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <memory>

namespace flotilla::test {

namespace {

/// A server behind a relay that sends back what it gets.
class Relay : public ::testing::Test {
protected:
  raw_server server{[](raw_connection& connection) {
    for (std::string byte; !(byte = connection.read(1)).empty();)
      connection.send(byte);
  }};
  relay between{server.port()};

  /// A connection of a client; -1: refused.
  descriptor connect() const {
    descriptor made{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    sockaddr_in there{};
    there.sin_family = AF_INET;
    there.sin_port = htons(between.port());
    there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return ::connect(made.fd(), reinterpret_cast<sockaddr*>(&there), sizeof there) == 0
             ? std::move(made)
             : descriptor{};
  }
  static std::string echo(const descriptor& line, const std::string& text) {
    raw_connection connection{line.fd(), 0};
    return connection.send(text) ? connection.read(text.size()) : "cannot send";
  }
};

TEST_F(Relay, PassesBytesInBothDirectionsAndCountsThem) {
  const auto line = connect();
  EXPECT_EQ(echo(line, "hello"), "hello");
  EXPECT_EQ(between.sent(), 5U);
}

TEST_F(Relay, CutsWhatIsThereAndTakesTheNext) {
  const auto line = connect();
  ASSERT_EQ(echo(line, "a"), "a");
  between.cut();
  EXPECT_NE(echo(line, "b"), "b");
  EXPECT_EQ(echo(connect(), "c"), "c");
}

TEST_F(Relay, HoldsAfterSoManyBytesUntilItIsReleased) {
  const auto line = connect();
  between.hold_after(2);
  raw_connection connection{line.fd(), 0};
  connection.send("a");
  ASSERT_EQ(connection.read(1), "a");
  connection.send("b");
  ASSERT_TRUE(between.wait_until_held());
  connection.send("c");
  EXPECT_EQ(between.sent(), 2U);
  char byte = 0;
  EXPECT_LT(::recv(line.fd(), &byte, 1, MSG_DONTWAIT), 0) << "the answer is held, too";
  between.release();
  EXPECT_EQ(connection.read(2), "bc");
}

TEST_F(Relay, BreaksWhatItHolds) {
  const auto line = connect();
  ASSERT_EQ(echo(line, "a"), "a");
  between.hold();
  raw_connection{line.fd(), 0}.send("b");
  between.cut();
  EXPECT_NE(echo(line, "c"), "c");
}

TEST_F(Relay, RefusesWhileItIsShut) {
  const auto line = connect();
  between.shut();
  EXPECT_LT(connect().fd(), 0);
  EXPECT_NE(echo(line, "a"), "a");
  between.open();
  EXPECT_EQ(echo(connect(), "b"), "b");
}

TEST(RelayToNobody, ResetsWhoeverComes) {
  relay between{free_port()};
  EXPECT_TRUE(answers(between.port()));
}

} // namespace

} // namespace flotilla::test
