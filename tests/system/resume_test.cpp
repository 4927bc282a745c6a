#include "tests/support/scripted_registry.hpp"
#include "tests/system/fleet.hpp"
#include "tests/system/gate.hpp"
#include "tests/system/program.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

namespace flotilla::test {

namespace {

constexpr std::size_t chunk = 256 << 10;
constexpr std::size_t chunks = 8;

scripted_registry_options with(location_form form) {
  scripted_registry_options options;
  options.habits.location = form;
  return options;
}

/// A registry that takes so many chunks of one blob and then holds all others back, until it lets
/// all pass. Chunks that were held are cut: nothing of them is stored.
class Resume : public ::testing::Test {
protected:
  explicit Resume(location_form form = location_form::stateful) : there(with(form)) {
    there.on("PATCH", "/uploads/", [this](const seen_request&) -> std::optional<answer> {
      {
        const std::lock_guard guard{lock_};
        if (left_ > 0) {
          --left_;
          return std::nullopt;
        }
      }
      held.pass();
      return hang_up();
    });
  }
  void TearDown() override {
    held.open();
  }
  void take_chunks(std::size_t count) {
    const std::lock_guard guard{lock_};
    left_ = count;
  }
  void let_all_pass() {
    take_chunks(1'000'000);
    held.open();
  }
  /// Where the chunks of the log begin, from that entry on, in order. One that was held is there
  /// once it was cut.
  std::vector<std::size_t> offsets(std::size_t from = 0) const {
    std::vector<std::size_t> all;
    const auto log = there.log();
    for (auto i = from; i < log.size(); ++i)
      if (log[i].method == "PATCH")
        all.push_back(std::stoul(log[i].header("Content-Range")));
    std::sort(all.begin(), all.end());
    return all;
  }
  /// What the log holds once an upload that was cut in its third chunk was gone on with.
  static std::vector<std::size_t> with_one_chunk_twice() {
    std::vector<std::size_t> all{2 * chunk};
    for (std::size_t i = 0; i < chunks; ++i)
      all.push_back(i * chunk);
    std::sort(all.begin(), all.end());
    return all;
  }
  /// The offsets of the chunks from the nth on.
  static std::vector<std::size_t> from_chunk(std::size_t first) {
    std::vector<std::size_t> all;
    for (auto i = first; i < chunks; ++i)
      all.push_back(i * chunk);
    return all;
  }
  void expect_complete() {
    for (const auto& x : model.layers)
      EXPECT_EQ(there.content().blob("m", x.id().to_string()), x.bytes);
    EXPECT_EQ(there.content().manifest("m", "v1"), model.manifest.bytes);
  }
  std::string notes() const {
    return flotilla / "state/flotilla/uploads";
  }
  /// Files below.
  static std::size_t files_in(const std::string& dir) {
    namespace fs = std::filesystem;
    return fs::exists(dir) ? static_cast<std::size_t>(std::count_if(
             fs::recursive_directory_iterator{dir}, {},
             [](const fs::directory_entry& entry) { return entry.is_regular_file(); }))
                           : 0;
  }
  /// Waits until somebody has written down that two chunks are acknowledged.
  static bool wait_for_note(const std::string& dir) {
    for (int i = 0; i < 1000; ++i) {
      std::error_code gone;
      for (const auto& entry : std::filesystem::recursive_directory_iterator{dir, gone}) {
        if (!entry.is_regular_file(gone))
          continue;
        std::ifstream in{entry.path()};
        const std::string text{std::istreambuf_iterator<char>{in}, {}};
        if (text.find("\"held\":" + std::to_string(2 * chunk) + ',') != std::string::npos)
          return true;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
    return false;
  }
  std::vector<std::string> in_chunks(std::vector<std::string> more = {}) const {
    more.insert(more.end(), {"--chunk-size", "256KiB", "--check", "always"});
    return more;
  }
  std::unique_ptr<process> start() {
    return std::make_unique<process>(
      flotilla.order(program::with("push", model.source, to, in_chunks())));
  }
  /// Pushes until the third chunk hangs, and kills.
  void cut_after_two_chunks(int signal = SIGKILL) {
    take_chunks(2);
    auto first = start();
    ASSERT_TRUE(held.wait_for(1) && wait_for_note(notes()));
    first->signal(signal);
    first->wait();
    let_all_pass();
    ASSERT_TRUE(there.wait_for("PATCH", "/uploads/", 3)); // the one that was held is in the log
  }

  program flotilla;
  small_model model{flotilla, {layer(noise(7, chunk* chunks))}};
  scripted_registry there;
  std::string to = there.address() + "/m:v1";
  gate held;

private:
  std::mutex lock_;
  std::size_t left_ = 0;
};

TEST_F(Resume, GoesOnWhereAKilledPushWas) {
  cut_after_two_chunks();
  const auto before = there.log().size();
  const auto again = flotilla.push(model.source, to, in_chunks());
  ASSERT_EQ(again.status, 0) << again.said();
  EXPECT_EQ(offsets(before), from_chunk(2));
  EXPECT_EQ(again.blobs("resumed"), 1);
  EXPECT_GE(again.bytes("saved"), 2 * chunk) << "the config may have been there already";
  EXPECT_EQ(again.bytes("saved") + again.bytes("sent"), model.bytes());
  expect_complete();
  EXPECT_EQ(files_in(notes()), 0u) << "what is done leaves no note";
}

TEST_F(Resume, GoesOnAfterControlC) {
  cut_after_two_chunks(SIGINT);
  const auto before = there.log().size();
  ASSERT_EQ(flotilla.push(model.source, to, in_chunks()).status, 0);
  EXPECT_EQ(offsets(before), from_chunk(2));
  expect_complete();
}

TEST_F(Resume, AsksTheRegistryFirst) {
  cut_after_two_chunks();
  const auto before = there.log().size();
  ASSERT_EQ(flotilla.push(model.source, to, in_chunks()).status, 0);
  const auto log = there.log();
  const auto first = std::find_if(
    log.begin() + static_cast<std::ptrdiff_t>(before), log.end(), [](const seen_request& request) {
      return request.path.find("/uploads/session") != std::string::npos;
    });
  ASSERT_NE(first, log.end());
  EXPECT_EQ(first->method, "GET");
}

TEST_F(Resume, BeginsAgainWhereTheSessionIsGone) {
  cut_after_two_chunks();
  there.content().forget_sessions();
  const auto before = there.log().size();
  const auto again = flotilla.push(model.source, to, in_chunks());
  ASSERT_EQ(again.status, 0) << again.said();
  EXPECT_EQ(offsets(before), from_chunk(0));
  EXPECT_EQ(again.blobs("resumed"), 0);
  expect_complete();
}

TEST_F(Resume, BeginsAgainWithAFileThatWasTouched) {
  cut_after_two_chunks();
  const auto file = flotilla / ("model/blobs/sha256/" + model.layers[0].id().hex());
  std::filesystem::last_write_time(file, std::filesystem::file_time_type::clock::now());
  const auto before = there.log().size();
  ASSERT_EQ(flotilla.push(model.source, to, in_chunks()).status, 0);
  EXPECT_EQ(offsets(before), from_chunk(0));
  expect_complete();
}

TEST_F(Resume, IsLeftToWhoeverSendsTheBlobNow) {
  take_chunks(2);
  auto first = start();
  ASSERT_TRUE(held.wait_for(1));
  auto second = start();
  ASSERT_TRUE(held.wait_for(2)); // its own first chunk hangs
  let_all_pass();
  EXPECT_EQ(second->wait().status, 0);
  EXPECT_EQ(first->wait().status, 0);
  const auto all = offsets();
  EXPECT_EQ(std::count(all.begin(), all.end(), std::size_t{0}), 3)
    << "the first one's, the second's that was held, and its next try: not in one session";
  expect_complete();
}

TEST_F(Resume, SurvivesNotesThatAreDamaged) {
  cut_after_two_chunks();
  for (const auto& entry : std::filesystem::recursive_directory_iterator{notes()})
    if (entry.is_regular_file())
      std::ofstream{entry.path(), std::ios::trunc} << "12 34 rubbish";
  const auto before = there.log().size();
  ASSERT_EQ(flotilla.push(model.source, to, in_chunks()).status, 0);
  EXPECT_EQ(offsets(before), from_chunk(0));
  expect_complete();
}

TEST_F(Resume, SaysSoWhereNothingCanBeWrittenDownAndGoesOn) {
  std::filesystem::create_directories(flotilla / "state/flotilla");
  std::ofstream{notes()} << "a file where a directory should be";
  let_all_pass();
  const auto pushed = flotilla.push(model.source, to, in_chunks());
  EXPECT_EQ(pushed.status, 0) << pushed.said();
  EXPECT_TRUE(pushed.says("how far uploads are cannot be written down")) << pushed.said();
  EXPECT_TRUE(pushed.says(notes())) << pushed.said();
  expect_complete();
}

TEST_F(Resume, KeepsNotesToTheirOwner) {
  take_chunks(2);
  auto first = start();
  ASSERT_TRUE(held.wait_for(1));
  namespace fs = std::filesystem;
  for (const auto& entry : fs::recursive_directory_iterator{notes()})
    EXPECT_TRUE(entry.is_directory()
                || entry.status().permissions() == (fs::perms::owner_read | fs::perms::owner_write))
      << entry.path();
  EXPECT_EQ(files_in(notes()), 1u);
}

/// Coordinator and workers, on the same registry.
class FleetResume : public Resume {
protected:
  FleetResume() {
    fleet.start_coordinator({"--lease", "2s"});
    fleet.start_worker("one");
  }
  std::unique_ptr<process> start_push() {
    return fleet.begin_push(on_disk.source, to, in_chunks());
  }
  void expect_done(process& client) {
    const auto done = program::finish(client.wait());
    EXPECT_EQ(done.status, 0) << done.said();
    EXPECT_EQ(done.blobs("resumed"), 1);
    EXPECT_EQ(there.content().manifest("m", "v1"), on_disk.manifest.bytes);
  }

  fleet_of_processes fleet;
  small_model on_disk{fleet.flotilla, model.layers};
};

TEST_F(FleetResume, AnotherNodeGoesOnWhereALostOneWas) {
  take_chunks(2);
  auto client = start_push();
  ASSERT_TRUE(held.wait_for(1) && wait_for_note(fleet.flotilla / "head/uploads"));
  fleet.start_worker("two");
  fleet.worker("one").signal(SIGKILL);
  let_all_pass();
  expect_done(*client);
  EXPECT_EQ(offsets(), with_one_chunk_twice());
}

TEST_F(FleetResume, ARestartedCoordinatorKnowsWhereANodeWas) {
  take_chunks(2);
  auto client = start_push();
  ASSERT_TRUE(held.wait_for(1) && wait_for_note(fleet.flotilla / "head/uploads"));
  fleet.coordinator().signal(SIGKILL);
  fleet.worker("one").signal(SIGKILL);
  fleet.coordinator().wait();
  let_all_pass();
  fleet.start_coordinator({"--lease", "2s"});
  fleet.start_worker("two");
  expect_done(*client);
  EXPECT_EQ(offsets(), with_one_chunk_twice());
}

} // namespace

} // namespace flotilla::test
