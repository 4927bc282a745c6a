#include "tests/support/temp_dir.hpp"
#include "tests/transport/descriptor_limit.hpp"
#include "tests/transport/engine_test.hpp"

#include <atomic>

namespace flotilla::transport {
namespace {

using test::counted_bytes;
using test::sending;
using test::write_file;

std::string field_of(const std::string& head, const std::string& name) {
  const auto at = head.find("\r\n" + name + ": ");
  if (at == std::string::npos)
    return "none";
  const auto start = at + name.size() + 4;
  return head.substr(start, head.find('\r', start) - start);
}

/// A server that keeps what it got of each request, and says 201.
struct RequestBody : testing::Test {
  test::temp_dir folder;
  std::string path = folder / "blob";
  std::mutex lock;
  std::vector<std::string> heads;
  std::vector<std::string> bodies;
  test::raw_server server{[this](test::raw_connection& c) {
    for (auto head = c.read_head(); !head.empty(); head = c.read_head()) {
      if (field_of(head, "Expect") != "none")
        c.send("HTTP/1.1 100 Continue\r\n\r\n");
      const auto length = field_of(head, "Content-Length");
      auto body = c.read(length == "none" ? 0 : std::stoull(length));
      {
        const std::lock_guard guard{lock};
        heads.push_back(std::move(head));
        bodies.push_back(std::move(body));
      }
      c.send("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n");
    }
  }};
  std::string url = "http://" + server.address() + "/v2/x/blobs/uploads/1";
  curl_engine engine{{}};
};

TEST_F(RequestBody, ThatCannotBeOpenedForWantOfDescriptorsCanBeSentLater) {
  write_file(path, "0123456789");
  const auto request = sending(method::patch, url, path, 0, 10);
  ASSERT_EQ(status_of(ask(engine, request)), 201); // the server needs no descriptor from here on
  {
    const test::no_descriptors_left none;
    const auto how = ask(engine, request);
    EXPECT_EQ(why(how).code, errc::unavailable);
    EXPECT_NE(why(how).message.find("no file descriptors left"), std::string::npos);
    EXPECT_EQ(how.failed()->body_sent, 0U);
    EXPECT_FALSE(how.failed()->body_complete);
  }
  EXPECT_EQ(status_of(ask(engine, request)), 201);
}

TEST_F(RequestBody, IsExactlyTheSlice) {
  const auto bytes = counted_bytes(3 << 20);
  write_file(path, bytes);
  const std::pair<std::size_t, std::size_t> slices[] = {
    {0, 1}, {0, 3 << 20}, {1, 100}, {1'000'000, 16'384}, {(3 << 20) - 1, 1}, {12'345, 2'000'001},
  };
  for (const auto& [offset, length] : slices) {
    const auto how = ask(engine, sending(method::patch, url, path, offset, length));
    ASSERT_EQ(status_of(how), 201) << why(how).message;
    EXPECT_EQ(field_of(heads.back(), "Content-Length"), std::to_string(length));
    EXPECT_EQ(field_of(heads.back(), "Transfer-Encoding"), "none");
    EXPECT_EQ(heads.back().substr(0, 6), "PATCH ");
    EXPECT_TRUE(bodies.back() == bytes.substr(offset, length)) << offset << " + " << length;
  }
  EXPECT_EQ(engine.counters().connections, 1U);
}

TEST_F(RequestBody, MayComeFromMemory) {
  const auto bytes = counted_bytes(2 << 20);
  const auto how = ask(engine, asking(method::put, url, bytes));
  ASSERT_EQ(status_of(how), 201) << why(how).message;
  EXPECT_TRUE(bodies.back() == bytes);
  EXPECT_EQ(engine.counters().body_bytes, bytes.size());
  EXPECT_EQ(engine.counters().disk_seconds, 0);
}

TEST_F(RequestBody, OfADeleteIsNone) {
  ASSERT_EQ(status_of(ask(engine, asking(method::remove, url))), 201);
  EXPECT_EQ(heads.back().substr(0, 7), "DELETE ");
  EXPECT_EQ(field_of(heads.back(), "Content-Length"), "none");
}

TEST_F(RequestBody, OfNoBytesHasALength) {
  for (const auto verb : {method::post, method::put, method::patch}) {
    ASSERT_EQ(status_of(ask(engine, asking(verb, url))), 201);
    EXPECT_EQ(field_of(heads.back(), "Content-Length"), "0") << to_string(verb);
    EXPECT_EQ(field_of(heads.back(), "Transfer-Encoding"), "none");
    EXPECT_EQ(field_of(heads.back(), "Expect"), "none");
  }
}

TEST_F(RequestBody, IsAnnouncedFromOneMebibyteOn) {
  ASSERT_EQ(status_of(ask(engine, asking(method::put, url, std::string((1 << 20) - 1, 'x')))), 201);
  EXPECT_EQ(field_of(heads.back(), "Expect"), "none");
  ASSERT_EQ(status_of(ask(engine, asking(method::put, url, std::string(1 << 20, 'x')))), 201);
  EXPECT_EQ(field_of(heads.back(), "Expect"), "100-continue");
}

TEST_F(RequestBody, IsCounted) {
  write_file(path, counted_bytes(1'000'000));
  for (int i = 0; i < 3; ++i)
    ASSERT_EQ(status_of(ask(engine, sending(method::put, url, path, 0, 1'000'000))), 201);
  EXPECT_EQ(engine.counters().body_bytes, 3'000'000U);
  EXPECT_GT(engine.counters().disk_seconds, 0);
}

TEST_F(RequestBody, TellsHowMuchIsSent) {
  const std::uint64_t length = 8 << 20;
  test::write_sparse_file(path, length);
  std::vector<std::uint64_t> told;
  const auto how = ask(engine, sending(method::put, url, path, 0, length),
                       [&](std::uint64_t sent) { told.push_back(sent); });
  ASSERT_EQ(status_of(how), 201) << why(how).message;
  ASSERT_FALSE(told.empty());
  EXPECT_TRUE(std::is_sorted(told.begin(), told.end()));
  EXPECT_EQ(told.back(), length);
  EXPECT_EQ(std::count(told.begin(), told.end(), length), 1);
}

TEST_F(RequestBody, OfAnotherFileThanPlannedIsNotSent) {
  write_file(path, "0123456789");
  auto request = sending(method::put, url, path, 0, 10);
  request.file.file_size = 11;
  const auto how = ask(engine, std::move(request));
  EXPECT_EQ(why(how).code, errc::source_invalid);
  EXPECT_NE(why(how).message.find(path), std::string::npos);
  EXPECT_EQ(how.failed()->body_sent, 0U);
  EXPECT_FALSE(how.failed()->body_complete);
  EXPECT_EQ(server.connections(), 0);
}

/// Sends a file that is changed when the server has seen the first bytes of it.
struct ChangingFile : testing::Test {
  test::temp_dir folder;
  std::string path = folder / "blob";
  std::promise<std::size_t> arrived;

  protocol::http_outcome send_while(const std::function<void()>& change) {
    test::write_sparse_file(path, 64 << 20);
    test::raw_server server{[&](test::raw_connection& c) {
      c.read_head();
      c.send("HTTP/1.1 100 Continue\r\n\r\n");
      auto got = c.read(1 << 20).size();
      change();
      while (const auto more = c.read(1 << 20).size())
        got += more;
      arrived.set_value(got);
    }};
    curl_engine engine{{}};
    return ask(engine, sending(method::put, "http://" + server.address(), path, 0, 64 << 20));
  }
};

TEST_F(ChangingFile, NeverMakesACompleteRequest) {
  const auto how = send_while([&] { std::filesystem::resize_file(path, (64 << 20) + 1); });
  EXPECT_EQ(why(how).code, errc::source_invalid);
  EXPECT_EQ(why(how).message, "`" + path + "` was changed while it was sent");
  EXPECT_LT(arrived.get_future().get(), 64U << 20);
}

TEST_F(ChangingFile, ThatBecomesShorterIsNoticed) {
  const auto how = send_while([&] { std::filesystem::resize_file(path, 32 << 20); });
  EXPECT_EQ(why(how).code, errc::source_invalid);
  EXPECT_EQ(why(how).message, "`" + path + "` became shorter while it was sent");
  EXPECT_FALSE(how.failed()->body_complete);
  EXPECT_LT(arrived.get_future().get(), 64U << 20);
}

TEST(RequestBodies, AreKeptFromARefusalThatComesFirst) {
  test::temp_dir folder;
  test::write_sparse_file(folder / "blob", 16 << 20);
  std::atomic<std::size_t> body{0};
  test::raw_server server{[&](test::raw_connection& c) {
    c.read_head();
    c.send("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n");
    while (const auto more = c.read(1 << 10).size())
      body += more;
  }};
  curl_engine engine{{}};
  const auto how
    = ask(engine, sending(method::put, "http://" + server.address(), folder / "blob", 0, 16 << 20));
  EXPECT_EQ(status_of(how), 401) << why(how).message;
  EXPECT_EQ(body, 0U);
  EXPECT_EQ(engine.counters().body_bytes, 0U);
}

TEST(RequestBodies, AreSentToAServerThatIgnoresTheAnnouncement) {
  test::raw_server server{[](test::raw_connection& c) {
    c.read_head();
    const auto got = c.read(2 << 20).size();
    c.send(got == 2 << 20 ? "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n" : "");
    c.drain();
  }};
  curl_engine engine{{}};
  const auto how
    = ask(engine, asking(method::put, "http://" + server.address(), std::string(2 << 20, 'x')));
  EXPECT_EQ(status_of(how), 201) << why(how).message;
}

TEST(RequestBodies, AreSentAgainWithoutAnAnnouncementThatWasRefused) {
  const auto bytes = counted_bytes(2 << 20);
  std::atomic<bool> right{false};
  test::raw_server server{[&](test::raw_connection& c) {
    for (auto head = c.read_head(); !head.empty(); head = c.read_head()) {
      if (field_of(head, "Expect") != "none") {
        c.send("HTTP/1.1 417 Expectation Failed\r\nContent-Length: 2\r\n\r\nno");
        continue;
      }
      right = c.read(2 << 20) == bytes;
      c.send("HTTP/1.1 201 Created\r\nContent-Length: 3\r\n\r\nyes");
    }
  }};
  curl_engine engine{{}};
  const auto how = ask(engine, asking(method::put, "http://" + server.address(), bytes));
  ASSERT_EQ(status_of(how), 201) << why(how).message;
  EXPECT_EQ(how.response()->body, "yes");
  EXPECT_TRUE(right);
}

TEST(RequestBodies, GoOverANewConnectionFromTheStartWhenTheKeptOneIsDead) {
  const auto bytes = counted_bytes(16 << 20); // more than all buffers on the way
  std::atomic<bool> right{false};
  test::raw_server server{[&](test::raw_connection& c) {
    for (int i = 0; i == 0 || c.number() > 0; ++i) {
      if (c.read_head().empty())
        return;
      c.send("HTTP/1.1 100 Continue\r\n\r\n");
      right = c.read(bytes.size()) == bytes;
      c.send("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n");
    }
    c.read_head(); // the second request comes over the kept connection, which ends
    c.reset_at_end();
  }};
  curl_engine engine{{}};
  std::vector<std::uint64_t> told;
  for (int i = 0; i < 2; ++i) {
    right = false;
    told.clear();
    const auto how = ask(engine, asking(method::put, "http://" + server.address(), bytes),
                         [&](std::uint64_t sent) { told.push_back(sent); });
    ASSERT_EQ(status_of(how), 201) << why(how).message;
    EXPECT_TRUE(right);
  }
  EXPECT_EQ(server.connections(), 2);
  EXPECT_EQ(engine.counters().connections, 2U);
  EXPECT_EQ(told.back(), bytes.size());
}

TEST(RequestBodies, ThatLeftWholeAreNotSentAgainUnasked) {
  const auto bytes = counted_bytes(100'000);
  std::atomic<int> received{0};
  test::raw_server server{[&](test::raw_connection& c) {
    for (int i = 0; i < 2; ++i) { // no answer to the second: it may have been acted on
      if (c.read_head().empty())
        return;
      received += c.read(bytes.size()) == bytes ? 1 : 0;
      if (i == 0)
        c.send("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n");
    }
  }};
  curl_engine engine{{}};
  const auto put = asking(method::put, "http://" + server.address(), bytes);
  ASSERT_EQ(status_of(ask(engine, put)), 201);
  const auto how = ask(engine, put);
  ASSERT_NE(how.failed(), nullptr);
  EXPECT_EQ(how.failed()->why.code, errc::unavailable);
  EXPECT_TRUE(how.failed()->body_complete);
  EXPECT_EQ(received, 2);
  EXPECT_EQ(engine.counters().body_bytes, 2 * bytes.size());
}

} // namespace
} // namespace flotilla::transport
