#include "tests/support/registry.hpp"
#include "tests/support/scripted_registry.hpp"
#include "tests/system/gate.hpp"
#include "tests/system/program.hpp"
#include "tests/system/served.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <mutex>
#include <set>

namespace flotilla::test {

namespace {

/// A registry that stores three blobs and then holds all others back, until they are cut.
class Interrupt : public ::testing::Test {
protected:
  static constexpr std::size_t stored_first = 3;

  program flotilla;
  small_model model{flotilla, layers_of(20, 2000)};
  scripted_registry there;
  std::string to = there.address() + "/m:v1";
  gate held;

  void SetUp() override {
    there.on("PUT", "/uploads/", [this, seen = std::size_t{0}](const seen_request&) mutable {
      {
        const std::lock_guard guard{lock_};
        if (seen++ < stored_first || let_all_pass_)
          return std::optional<answer>{};
      }
      held.pass();
      return std::optional{hang_up()};
    });
  }
  void TearDown() override {
    held.open();
  }
  /// Starts a push and comes back once it hangs.
  std::unique_ptr<process> start(std::vector<std::string> more = {}) {
    auto begun = std::make_unique<process>(
      flotilla.order(program::with("push", model.source, to, std::move(more))));
    EXPECT_TRUE(there.wait_for("PUT", "/uploads/", stored_first));
    EXPECT_TRUE(held.wait_for(2));
    return begun;
  }
  /// The blobs that a registry stored when it was asked to.
  std::multiset<std::string> stored(std::size_t from = 0) const {
    std::multiset<std::string> digests;
    const auto log = there.log();
    for (auto i = from; i < log.size(); ++i)
      if (log[i].method == "PUT" && log[i].path.find("/uploads/") != std::string::npos)
        digests.insert(log[i].parameter("digest"));
    return digests;
  }
  void finish_in_a_second_run() {
    const auto confirmed = confirmed_;
    {
      const std::lock_guard guard{lock_};
      let_all_pass_ = true;
    }
    held.open();
    const auto before = there.log().size();
    const auto again = flotilla.push(model.source, to);
    ASSERT_EQ(again.status, 0) << again.said();
    for (const auto& x : model.layers)
      EXPECT_EQ(there.content().blob("m", x.id().to_string()), x.bytes);
    EXPECT_EQ(there.content().manifest("m", "v1"), model.manifest.bytes);
    const auto sent_again = stored(before);
    for (const auto& id : confirmed)
      EXPECT_EQ(sent_again.count(id), 0U) << "sent twice: " << id;
    EXPECT_EQ(again.blobs("present"), static_cast<int>(confirmed.size()));
  }
  std::multiset<std::string> confirmed_;

private:
  std::mutex lock_;
  bool let_all_pass_ = false; ///< under `lock_`
};

TEST_F(Interrupt, ReportsThatItWasStopped) {
  const auto push = start();
  push->signal(SIGINT);
  const auto stopped = program::finish(push->wait(std::chrono::seconds{20}));
  EXPECT_FALSE(stopped.timed_out);
  EXPECT_EQ(stopped.status, 130) << stopped.said();
  EXPECT_EQ(stopped.report.at("error").at("code"), 130);
  EXPECT_TRUE(stopped.says("again continues")) << stopped.err;
  EXPECT_EQ(there.count("PUT", "/manifests/"), 0U);
}

TEST_F(Interrupt, IsWhatSigtermDoesToo) {
  const auto push = start();
  push->signal(SIGTERM);
  EXPECT_EQ(push->wait(std::chrono::seconds{20}).status, 130);
}

TEST_F(Interrupt, TwiceEndsAtOnce) {
  const auto push = start();
  push->signal(SIGINT);
  push->signal(SIGINT);
  const auto stopped = push->wait(std::chrono::seconds{20});
  EXPECT_FALSE(stopped.timed_out);
  EXPECT_EQ(stopped.status, 130);
}

TEST_F(Interrupt, LosesNothingThatTheRegistryHas) {
  const auto push = start();
  confirmed_ = stored();
  push->signal(SIGINT);
  ASSERT_EQ(push->wait(std::chrono::seconds{20}).status, 130);
  finish_in_a_second_run();
}

TEST_F(Interrupt, ByKillLosesNothingEither) {
  const auto push = start();
  confirmed_ = stored();
  push->signal(SIGKILL);
  ASSERT_EQ(push->wait().status, 128 + SIGKILL);
  finish_in_a_second_run();
}

TEST_F(Interrupt, WhileTheRegistryIsNotEvenReached) {
  there.on("GET", "^/v2/$", [this](const seen_request&) {
    held.pass();
    return std::optional{hang_up()};
  });
  process push{flotilla.order(program::with("push", model.source, to, {}))};
  ASSERT_TRUE(held.wait_for(1));
  push.signal(SIGINT);
  EXPECT_EQ(push.wait(std::chrono::seconds{20}).status, 130);
}

std::string session_of(const seen_request& request) {
  const auto begin = request.path.find("/uploads/");
  return request.path.substr(begin, request.path.find('?') - begin);
}

/// docker-registry 2.8 answers these with 404, and keeps the bytes until it purges uploads: a body
/// that breaks off makes its session's only Location stale.
TEST_F(Interrupt, DeletesTheSessionsOfHalfSentBlobs) {
  std::mutex lock;
  std::set<std::string> begun, deleted;
  there.on("PUT", "/uploads/", [&](const seen_request& request) {
    {
      const std::lock_guard guard{lock};
      begun.insert(session_of(request));
    }
    held.pass();
    return std::optional{hang_up()};
  });
  there.on("DELETE", "/uploads/", [&](const seen_request& request) {
    const std::lock_guard guard{lock};
    deleted.insert(session_of(request));
    return std::optional<answer>{};
  });
  process push{flotilla.order(program::with("push", model.source, to, {}))};
  ASSERT_TRUE(held.wait_for(2));
  push.signal(SIGINT);
  ASSERT_EQ(push.wait(std::chrono::seconds{20}).status, 130);
  const std::lock_guard guard{lock};
  EXPECT_GE(begun.size(), 2U);
  for (const auto& session : begun)
    EXPECT_EQ(deleted.count(session), 1U) << session;
}

TEST_F(Interrupt, WaitsNotLongForARegistryThatDeletesNothing) {
  std::atomic<int> asked{0};
  there.on("DELETE", "/uploads/", [&](const seen_request&) {
    ++asked;
    held.pass();
    return std::optional{hang_up()};
  });
  const auto push = start();
  const auto before = std::chrono::steady_clock::now();
  push->signal(SIGINT);
  EXPECT_EQ(push->wait(std::chrono::seconds{20}).status, 130);
  EXPECT_GT(asked, 0);
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds{10});
}

TEST(Kill, InTheMiddleOfABodyIsMendedByASecondRun) {
  const program flotilla;
  const registry there;
  const small_model model{flotilla, layers_of(4, 1 << 20)};
  const auto to = there.address() + "/m:v1";
  process push{flotilla.order(
    {"push", model.source, to, "--progress", "json", "--bandwidth", "1MB", "--uploads", "2"})};
  ASSERT_TRUE(push.wait_for("\"phase\":\"sending\""));
  push.signal(SIGKILL);
  ASSERT_EQ(push.wait().status, 128 + SIGKILL);
  const auto again = flotilla.push(model.source, to);
  ASSERT_EQ(again.status, 0) << again.said();
  EXPECT_EQ(pulled(to, flotilla / "pulled"), blobs_in(flotilla / "model"));
}

} // namespace

} // namespace flotilla::test
