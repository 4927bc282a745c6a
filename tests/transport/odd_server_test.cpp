#include "tests/support/temp_dir.hpp"
#include "tests/transport/engine_test.hpp"

#include <atomic>

namespace flotilla::transport {
namespace {

/// Asks a server that says just this and closes the connection.
protocol::http_outcome answer_to(const std::string& said, method verb = method::get,
                                 const std::string& body = {}) {
  test::raw_server server{[&](test::raw_connection& c) {
    c.read_head();
    c.send(said);
    c.finish();
    c.drain();
  }};
  curl_engine engine{{}};
  return ask(engine, asking(verb, "http://" + server.address() + "/v2/?_state=secret", body));
}

TEST(OddServer, WhatIsNoHttpIsRefused) {
  const std::pair<const char*, std::string> cases[] = {
    {"SSH", "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"},
    {"SMTP", "220 mail.example ESMTP\r\n"},
    {"TLS alert", std::string{"\x15\x03\x01\x00\x02\x02\x46", 7}},
    {"binary", std::string{"\xFF\xFE\x00\x01\x80\x1B[31m", 10} + std::string(3000, '\xF5')},
    {"status without number", "HTTP/1.1 banana\r\n\r\n"},
    {"version without sense", "HTTP/9.9 200 OK\r\n\r\n"},
    {"null in a field", std::string{"HTTP/1.1 200 OK\r\nA: b\0c\r\n\r\n", 27}},
    {"length that is none", "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n"},
    {"chunks that are none", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzzz\r\nabc"},
  };
  for (const auto& [name, said] : cases) {
    SCOPED_TRACE(name);
    const auto how = answer_to(said);
    ASSERT_EQ(status_of(how), 0);
    EXPECT_EQ(why(how).code, errc::refused) << why(how).message;
    EXPECT_NE(why(how).message.find("something that is not HTTP"), std::string::npos);
    EXPECT_EQ(why(how).message.find("secret"), std::string::npos);
    EXPECT_TRUE(how.failed()->body_complete) << "the request was sent";
  }
}

TEST(OddServer, AnAnswerThatIsCutOffIsUnavailable) {
  const std::pair<const char*, std::string> cases[] = {
    {"nothing", ""},
    {"body too short", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"},
    {"no last chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"},
    {"only an interim answer", "HTTP/1.1 100 Continue\r\n\r\n"},
  };
  for (const auto& [name, said] : cases) {
    SCOPED_TRACE(name);
    const auto how = answer_to(said);
    ASSERT_EQ(status_of(how), 0);
    EXPECT_EQ(why(how).code, errc::unavailable) << why(how).message;
  }
}

TEST(OddServer, ARefusalCountsEvenIfItsBodyIsCutOff) {
  const auto how = answer_to("HTTP/1.1 403 No\r\nContent-Length: 10\r\n\r\nabc");
  ASSERT_EQ(status_of(how), 403) << why(how).message;
  EXPECT_EQ(how.response()->body, "abc");
}

TEST(OddServer, AResetIsUnavailable) {
  test::raw_server server{[](test::raw_connection& c) {
    c.read_head();
    c.reset_at_end();
  }};
  curl_engine engine{{}};
  const auto how = ask(engine, asking(method::post, "http://" + server.address()));
  EXPECT_EQ(why(how).code, errc::unavailable);
  EXPECT_EQ(why(how).message,
            "the connection to " + server.address() + " broke: connection reset by peer");
}

TEST(OddServer, OnlyTheFinalAnswerCounts) {
  const auto how = answer_to("HTTP/1.1 100 Continue\r\nLocation: /wrong\r\n\r\n"
                             "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
                             "HTTP/1.1 201 Created\r\nLocation: /right\r\n\r\n",
                             method::put, "body");
  ASSERT_EQ(status_of(how), 201) << why(how).message;
  EXPECT_EQ(how.response()->fields.size(), 1U);
  EXPECT_EQ(how.response()->fields.value("location"), "/right");
}

TEST(OddServer, ControlCharactersDoNotPass) {
  const auto how = answer_to("HTTP/1.1 500 \x1B[2J\r\nLocation: /a\x1B[31mb\xFF\a\r\n\r\n");
  ASSERT_EQ(status_of(how), 500) << why(how).message;
  EXPECT_EQ(how.response()->fields.value("location"), "/a[31mb\xFF");
}

TEST(OddServer, BodiesArriveByteForByte) {
  const std::string bytes{"\x00\x1B\xFF\r\n\x80", 6};
  const auto how = answer_to("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + bytes);
  ASSERT_EQ(status_of(how), 200) << why(how).message;
  EXPECT_EQ(how.response()->body, bytes);
}

/// Asks a server that begins so and then says the same for ever.
protocol::http_outcome answer_without_end(const std::string& begin, const std::string& again,
                                          std::atomic<std::uint64_t>& sent) {
  test::raw_server server{[&](test::raw_connection& c) {
    c.read_head();
    c.send(begin);
    while (c.send(again))
      sent += again.size();
  }};
  curl_engine engine{{}};
  return ask(engine, asking(method::get, "http://" + server.address()));
}

TEST(OddServer, HeadersWithoutEndAreRefused) {
  const std::tuple<const char*, std::string, std::string> cases[] = {
    {"fields", "HTTP/1.1 200 OK\r\n", "A: 0123456789\r\n"},
    {"one line", "HTTP/1.1 200 OK\r\nA: ", std::string(1000, 'x')},
    {"interim answers", "", "HTTP/1.1 100 Continue\r\n\r\n"},
    {"a field that goes on", "HTTP/1.1 200 OK\r\nA: b\r\n", " more of it\r\n"},
    {"trailers", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", "A: 01234567\r\n"},
  };
  for (const auto& [name, begin, again] : cases) {
    SCOPED_TRACE(name);
    std::atomic<std::uint64_t> sent{0};
    const auto how = answer_without_end(begin, again, sent);
    ASSERT_EQ(status_of(how), 0);
    EXPECT_EQ(why(how).code, errc::refused);
    EXPECT_NE(why(how).message.find("sent more than 64 KiB of headers"), std::string::npos)
      << why(how).message;
  }
}

TEST(OddServer, ABodyWithoutEndIsCutAndTheAnswerStands) {
  std::atomic<std::uint64_t> sent{0};
  const auto how = answer_without_end(
    "HTTP/1.1 500 Oh\r\nContent-Length: 10000000000\r\n\r\n{\"errors\":", std::string(1 << 20, 'x'),
    sent);
  ASSERT_EQ(status_of(how), 500) << why(how).message;
  EXPECT_EQ(how.response()->body.size(), engine_options{}.body_limit);
  EXPECT_EQ(how.response()->body.substr(0, 10), "{\"errors\":");
  EXPECT_LT(sent, 128U << 20);
}

TEST(OddServer, ALargeBodyIsReadToItsEndSoThatTheConnectionStays) {
  test::raw_server server{[](test::raw_connection& c) {
    while (!c.read_head().empty())
      c.send("HTTP/1.1 500 Oh\r\nContent-Length: 8388608\r\n\r\n" + std::string(8 << 20, 'x'));
  }};
  engine_options options;
  options.body_limit = 1000;
  curl_engine engine{options};
  for (int i = 0; i < 2; ++i) {
    const auto how = ask(engine, asking(method::get, "http://" + server.address()));
    ASSERT_EQ(status_of(how), 500) << why(how).message;
    EXPECT_EQ(how.response()->body.size(), 1000U);
  }
  EXPECT_EQ(server.connections(), 1);
}

/// Refuses a body after its first piece, in one way or another.
struct EarlyRefusal : testing::Test {
  test::temp_dir folder;
  std::uint64_t length = 64 << 20;

  protocol::http_outcome send_to(const std::string& refusal, engine_options options = {},
                                 bool say_no_more = false) {
    test::write_sparse_file(folder / "blob", length);
    test::raw_server server{[&](test::raw_connection& c) {
      c.read_head();
      c.send("HTTP/1.1 100 Continue\r\n\r\n");
      c.read(1000);
      c.send(refusal);
      if (say_no_more)
        c.finish();
      c.drain(); // a reset could overtake the answer
    }};
    curl_engine engine{std::move(options)};
    return ask(
      engine, test::sending(method::put, "http://" + server.address(), folder / "blob", 0, length));
  }
};

TEST_F(EarlyRefusal, IsTheAnswer) {
  const auto how = send_to("HTTP/1.1 413 Too Large\r\nContent-Length: 5\r\n\r\nlarge");
  ASSERT_EQ(status_of(how), 413) << why(how).message;
  EXPECT_EQ(how.response()->body, "large");
}

TEST_F(EarlyRefusal, WithoutLengthIsTheAnswerToo) {
  const auto how = send_to("HTTP/1.1 413 Too Large\r\nConnection: close\r\n\r\nlarge", {}, true);
  ASSERT_EQ(status_of(how), 413) << why(how).message;
  EXPECT_EQ(how.response()->body, "large");
}

TEST_F(EarlyRefusal, ThatClosesTheConnectionIsTheAnswerToo) {
  const auto how
    = send_to("HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 5\r\n\r\nlarge");
  ASSERT_EQ(status_of(how), 413) << why(how).message;
  EXPECT_EQ(how.response()->body, "large");
}

TEST_F(EarlyRefusal, InTheMiddleOfAPauseForBandwidthIsTheAnswerAtOnce) {
  engine_options options;
  options.bandwidth = 4000; // the next turn would come after a second, the last after hours
  const auto how = send_to("HTTP/1.1 413 Too Large\r\nContent-Length: 5\r\n\r\nlarge", options);
  ASSERT_EQ(status_of(how), 413) << why(how).message;
}

TEST_F(EarlyRefusal, ByARedirectIsTheAnswer) {
  const auto how = send_to("HTTP/1.1 307 There\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n");
  ASSERT_EQ(status_of(how), 307) << why(how).message;
  EXPECT_EQ(how.response()->fields.value("location"), "/x");
}

TEST_F(EarlyRefusal, IsNeededForAnAnswerToOutliveItsConnection) {
  test::write_sparse_file(folder / "blob", length);
  test::raw_server server{[](test::raw_connection& c) {
    c.read_head();
    c.send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n");
    c.read(1000);
    c.reset_at_end();
  }};
  curl_engine engine{{}};
  const auto how = ask(
    engine, test::sending(method::put, "http://" + server.address(), folder / "blob", 0, length));
  EXPECT_EQ(why(how).code, errc::unavailable) << "not all of the body was sent";
}

} // namespace
} // namespace flotilla::transport
