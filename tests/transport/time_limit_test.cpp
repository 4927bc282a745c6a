#include "tests/support/temp_dir.hpp"
#include "tests/transport/engine_test.hpp"

#include <thread>

namespace flotilla::transport {
namespace {

using namespace std::chrono_literals;

engine_options impatient() {
  engine_options options;
  options.stall_timeout = 200ms;
  options.answer_timeout = 60s;
  return options;
}

TEST(TimeLimit, ABodyThatNobodyReadsIsGivenUp) {
  test::temp_dir folder;
  test::write_sparse_file(folder / "blob", 256 << 20);
  std::promise<void> over;
  auto until_over = over.get_future().share();
  test::raw_server server{[&](test::raw_connection& c) {
    c.read_head();
    c.send("HTTP/1.1 100 Continue\r\n\r\n");
    until_over.wait();
  }};
  curl_engine engine{impatient()};
  const auto how = ask(engine, test::sending(method::put, "http://" + server.address(),
                                             folder / "blob", 0, 256 << 20));
  over.set_value();
  EXPECT_EQ(why(how).code, errc::unavailable);
  EXPECT_EQ(why(how).message, "no byte moved between " + server.address() + " and us for 200 ms");
  EXPECT_GT(how.failed()->body_sent, 0U);
  EXPECT_FALSE(how.failed()->body_complete);
}

/// Small enough for the system to take it whole, and more than it gets rid of.
TEST(TimeLimit, ABodyThatOurSystemStillHoldsIsNotSent) {
  std::promise<void> over;
  auto until_over = over.get_future().share();
  test::raw_server server{[&](test::raw_connection& c) {
    c.read_head();
    until_over.wait();
  }};
  curl_engine engine{impatient()};
  const auto how
    = ask(engine, asking(method::put, "http://" + server.address(), std::string(1'000'000, 'x')));
  over.set_value();
  EXPECT_EQ(why(how).message, "no byte moved between " + server.address() + " and us for 200 ms");
  EXPECT_TRUE(how.failed()->body_complete) << "it did not fit, so this test shows nothing";
}

TEST(TimeLimit, TheAnswerToABodyMayTakeMuchLongerThanAStall) {
  test::raw_server server{[](test::raw_connection& c) {
    c.read_head();
    c.read(1000);
    std::this_thread::sleep_for(1s); // it hashes and copies
    c.send("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n");
    c.drain();
  }};
  curl_engine engine{impatient()};
  const auto how
    = ask(engine, asking(method::put, "http://" + server.address(), std::string(1000, 'x')));
  EXPECT_EQ(status_of(how), 201) << why(how).message;
}

TEST(TimeLimit, AnAnswerThatNeverComesIsGivenUp) {
  test::raw_server server{[](test::raw_connection& c) { c.drain(); }};
  auto options = impatient();
  options.answer_timeout = 300ms;
  curl_engine engine{options};
  const auto how
    = ask(engine, asking(method::put, "http://" + server.address(), std::string(1000, 'x')));
  EXPECT_EQ(why(how).code, errc::unavailable);
  EXPECT_EQ(why(how).message, server.address() + " did not answer within 300 ms");
  EXPECT_EQ(how.failed()->body_sent, 1000U);
  EXPECT_TRUE(how.failed()->body_complete) << "the registry may have acted on it";
}

TEST(TimeLimit, WithoutABodyTheAnswerIsDueAfterTwoStalls) {
  test::raw_server server{[](test::raw_connection& c) { c.drain(); }};
  curl_engine engine{impatient()};
  for (const auto verb : {method::head, method::get, method::post}) {
    const auto how = ask(engine, asking(verb, "http://" + server.address()));
    EXPECT_EQ(why(how).message, server.address() + " did not answer within 400 ms");
  }
}

constexpr const char* interim_answers[]
  = {"HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 102 Processing\r\n\r\n",
     "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"};

/// Takes a body of that many bytes and sends nothing but interim answers, each well within a stall.
test::raw_server::handler interim_only(std::string_view interim, std::size_t body) {
  return [interim, body](test::raw_connection& c) {
    c.read_head();
    c.read(body);
    while (c.send(interim))
      std::this_thread::sleep_for(50ms);
  };
}

TEST(TimeLimit, InterimAnswersDoNotPutOffTheAnswerWithoutABody) {
  for (const auto* interim : interim_answers)
    for (const auto verb : {method::head, method::get, method::post}) {
      SCOPED_TRACE(interim);
      test::raw_server server{interim_only(interim, 0)};
      curl_engine engine{impatient()};
      const auto how = ask(engine, asking(verb, "http://" + server.address()));
      EXPECT_EQ(why(how).code, errc::unavailable);
      EXPECT_EQ(why(how).message, server.address() + " did not answer within 400 ms");
    }
}

TEST(TimeLimit, InterimAnswersDoNotPutOffTheAnswerToABody) {
  for (const auto* interim : interim_answers) {
    SCOPED_TRACE(interim);
    test::raw_server server{interim_only(interim, 1000)};
    auto options = impatient();
    options.answer_timeout = 600ms;
    curl_engine engine{options};
    const auto how
      = ask(engine, asking(method::put, "http://" + server.address(), std::string(1000, 'x')));
    EXPECT_EQ(why(how).code, errc::unavailable);
    EXPECT_EQ(why(how).message, server.address() + " did not answer within 600 ms");
    EXPECT_TRUE(how.failed()->body_complete);
  }
}

TEST(TimeLimit, InterimAnswersDoNotKeepABodyThatNobodyReads) {
  test::temp_dir folder;
  test::write_sparse_file(folder / "blob", 256 << 20);
  test::raw_server server{interim_only("HTTP/1.1 102 Processing\r\n\r\n", 0)};
  curl_engine engine{impatient()};
  const auto how = ask(engine, test::sending(method::put, "http://" + server.address(),
                                             folder / "blob", 0, 256 << 20));
  EXPECT_EQ(why(how).code, errc::unavailable);
  EXPECT_EQ(why(how).message, "no byte moved between " + server.address() + " and us for 200 ms");
  EXPECT_FALSE(how.failed()->body_complete);
}

TEST(TimeLimit, ARegistryMaySayForLongThatItWorksOnABody) {
  test::raw_server server{[](test::raw_connection& c) {
    c.read_head();
    c.read(1000);
    for (int i = 0; i < 20; ++i) { // five stalls in all
      c.send("HTTP/1.1 102 Processing\r\n\r\n");
      std::this_thread::sleep_for(50ms);
    }
    c.send("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n");
    c.drain();
  }};
  curl_engine engine{impatient()};
  const auto how
    = ask(engine, asking(method::put, "http://" + server.address(), std::string(1000, 'x')));
  EXPECT_EQ(status_of(how), 201) << why(how).message;
}

TEST(TimeLimit, AnAnswerThatStopsHalfwayIsGivenUp) {
  test::raw_server server{[](test::raw_connection& c) {
    c.read_head();
    c.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
    c.drain();
  }};
  curl_engine engine{impatient()};
  const auto how = ask(engine, asking(method::get, "http://" + server.address()));
  EXPECT_EQ(why(how).code, errc::unavailable);
  EXPECT_NE(why(how).message.find("no byte moved"), std::string::npos) << why(how).message;
}

TEST(TimeLimit, ARefusalThatStopsHalfwayCounts) {
  test::raw_server server{[](test::raw_connection& c) {
    c.read_head();
    c.send("HTTP/1.1 403 No\r\nContent-Length: 10\r\n\r\nabc");
    c.drain();
  }};
  curl_engine engine{impatient()};
  EXPECT_EQ(status_of(ask(engine, asking(method::get, "http://" + server.address()))), 403);
}

TEST(TimeLimit, AnAnswerThatDripsIsCutAtTheAnswerLimit) {
  test::raw_server server{[](test::raw_connection& c) {
    c.read_head();
    c.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
    while (c.send("x"))
      std::this_thread::sleep_for(20ms);
  }};
  auto options = impatient();
  options.answer_timeout = 500ms;
  curl_engine engine{options};
  const auto how
    = ask(engine, asking(method::put, "http://" + server.address(), std::string(10, 'x')));
  EXPECT_EQ(why(how).message, server.address() + " did not finish its answer within 500 ms");
}

TEST(TimeLimit, AConnectionThatIsNotTakenIsGivenUp) {
  test::raw_server server{[](test::raw_connection& c) { c.drain(); }};
  auto options = impatient();
  options.connect_timeout = 300ms;
  options.tls.verify = false;
  curl_engine engine{options};
  const auto how = ask(engine, asking(method::get, "https://" + server.address()));
  EXPECT_EQ(why(how).code, errc::unavailable) << "a handshake that never begins";
  EXPECT_EQ(why(how).message, "no connection to " + server.address() + " within 300 ms");
}

/// Takes a body of 10,000 bytes.
const test::raw_server::handler patient = [](test::raw_connection& c) {
  c.read_head();
  const auto got = c.read(10'000).size();
  c.send(got == 10'000 ? "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n" : "");
  c.drain();
};

TEST(TimeLimit, WaitingForBandwidthIsNoStall) {
  test::raw_server server{patient};
  auto options = impatient();
  options.bandwidth = 10'000; // a portion takes two stalls
  curl_engine engine{options};
  const auto how
    = ask(engine, asking(method::put, "http://" + server.address(), std::string(10'000, 'x')));
  EXPECT_EQ(status_of(how), 201) << why(how).message;
}

TEST(TimeLimit, NorIsWaitingForTheLimitOfALane) {
  test::raw_server server{patient};
  curl_engine engine{impatient()};
  engine.limit_bandwidth(7, 10'000);
  auto request = asking(method::put, "http://" + server.address(), std::string(10'000, 'x'));
  const auto how = ask(engine, test::in_lane(7, std::move(request)));
  EXPECT_EQ(status_of(how), 201) << why(how).message;
}

} // namespace
} // namespace flotilla::transport
