#include "tests/support/relay.hpp"
#include "tests/system/fleet.hpp"

#include <array>
#include <filesystem>
#include <fstream>
#include <functional>
#include <ostream>

namespace flotilla::test {

namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t log_header = 32; ///< bytes (sqlite.org/fileformat2.html, section 4.1)
constexpr std::uintmax_t frame_header = 24;

/// The coordinator's journal, as the disk has it after the power went.
struct files {
  std::string database, log;

  std::uintmax_t log_size() const {
    return fs::file_size(log);
  }
  std::uintmax_t frame() const {
    std::ifstream file{log, std::ios::binary};
    std::array<unsigned char, 12> head{};
    file.read(reinterpret_cast<char*>(head.data()), head.size());
    return frame_header + (head[8] << 24U | head[9] << 16U | head[10] << 8U | head[11]);
  }
  std::uintmax_t frames() const {
    return (log_size() - log_header) / frame();
  }
  void keep_frames(std::uintmax_t count, std::uintmax_t more = 0) const {
    fs::resize_file(log, log_header + count * frame() + more);
  }
  /// The file has its length, and its last bytes never came to the disk.
  void zero_last(std::uintmax_t bytes) const {
    const auto whole = log_size();
    fs::resize_file(log, whole - bytes);
    fs::resize_file(log, whole);
  }
};

struct loss {
  const char* name;
  std::function<void(const files&)> what;
  bool remembers = false; ///< that the push was begun was on the disk for sure: it waited for that
};

std::ostream& operator<<(std::ostream& to, const loss& of) {
  return to << of.name;
}

/// The power goes while a push is half done. Then the coordinator is started again on what is left.
class PowerLoss : public ::testing::TestWithParam<loss> {
protected:
  static constexpr std::size_t size = 100'000;

  fleet_of_processes fleet;
  relay between{fleet.there.port()};
  const small_model model{fleet.flotilla, layers_of(40, size)};
  const std::string to = between.address() + "/models/m:v1";
  const files journal{fleet.flotilla / "head/journal.db", fleet.flotilla / "head/journal.db-wal"};

  void start() {
    fleet.start_coordinator({"--lease", "2s"});
  }
  void lose_power_half_way() {
    start();
    fleet.start_worker("a");
    between.hold_after(20 * size);
    const auto begun
      = fleet.push(model.source, to, {"--detach", "--check", "always", "--uploads", "4"});
    ASSERT_EQ(begun.status, 0) << begun.said();
    const auto id = begun.report.at("id").get<std::string>();
    ASSERT_TRUE(between.wait_until_held());
    ASSERT_TRUE(fleet.wait_until_sent(id, 8 * size));
    // Whatever the last page of the log is, it is of no more weight than this.
    ASSERT_EQ(fleet.ask({"limit", id, "--uploads", "4"}).status, 0);
    fleet.coordinator().signal(SIGKILL);
    fleet.coordinator().wait();
  }
};

TEST_P(PowerLoss, LeavesAJournalThatIsOfUse) {
  ASSERT_NO_FATAL_FAILURE(lose_power_half_way());
  ASSERT_GT(journal.frames(), 4U) << "all of the push is in the log";
  GetParam().what(journal);
  start();
  if (GetParam().remembers) {
    EXPECT_TRUE(fleet.coordinator().wait_for("pushes that go on: 1")) << fleet.coordinator().err();
  }
  between.release();
  const auto again = fleet.push(model.source, to);
  EXPECT_EQ(again.status, 0) << again.said() << fleet.coordinator().err();
  EXPECT_EQ(pulled(fleet.to("m:v1"), fleet.flotilla / "pulled"),
            blobs_in(fleet.flotilla / "model"));
}

INSTANTIATE_TEST_SUITE_P(
  With, PowerLoss,
  ::testing::Values(
    loss{"NothingMissing", [](const files&) {}, true},
    loss{"TheLastByteMissing",
         [](const files& of) { of.keep_frames(of.frames() - 1, of.frame() - 1); }, true},
    loss{"HalfOfTheLastPageMissing",
         [](const files& of) { of.keep_frames(of.frames() - 1, of.frame() / 2); }, true},
    loss{"TheLastPageMissing",
         [](const files& of) { of.keep_frames(of.frames() - 1, frame_header); }, true},
    loss{"HalfOfTheLastFramesHeadMissing",
         [](const files& of) { of.keep_frames(of.frames() - 1, frame_header / 2); }, true},
    loss{"TheLastFrameMissing", [](const files& of) { of.keep_frames(of.frames() - 1); }, true},
    loss{"ZerosForTheLastSector", [](const files& of) { of.zero_last(512); }, true},
    loss{"ZerosForTheLastFrame", [](const files& of) { of.zero_last(of.frame()); }, true},
    loss{"HalfOfTheLogMissing", [](const files& of) { of.keep_frames(of.frames() / 2); }},
    loss{"AllButOneFrameMissing", [](const files& of) { of.keep_frames(1); }},
    loss{"AllFramesMissing", [](const files& of) { of.keep_frames(0); }},
    loss{"HalfOfTheLogsHeadMissing", [](const files& of) { fs::resize_file(of.log, 16); }},
    loss{"AnEmptyLog", [](const files& of) { fs::resize_file(of.log, 0); }},
    loss{"NoLog", [](const files& of) { fs::remove(of.log); }},
    loss{"AnEmptyJournal", [](const files& of) { fs::resize_file(of.database, 0); }},
    loss{"HalfAPageOfTheJournal",
         [](const files& of) { fs::resize_file(of.database, fs::file_size(of.database) / 2); }},
    loss{"NoJournal", [](const files& of) { fs::remove(of.database); }}),
  [](const auto& of) { return std::string{of.param.name}; });

} // namespace

} // namespace flotilla::test
