#include "store/journal.hpp"

#include "tests/store/child.hpp"
#include "tests/store/journal_text.hpp"
#include "tests/store/watched_files.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace flotilla::store {
namespace {

/// One call, what a journal holds after it, and whether the call waits for the disk.
struct step {
  std::function<void(std::unique_ptr<journal>&, const std::string& dir)> call;
  std::string after;
  bool lasts = true;
};

std::string line(const char* push, const std::vector<confirmed_blob>& confirmed = {}) {
  std::string text = push;
  for (const auto& one : confirmed)
    text += ' ' + std::to_string(one.blob) + "/1";
  return text + '\n';
}

/// A life of a journal; what it holds is written down by hand.
const std::vector<step>& life() {
  static const std::string a1 = line("a o m  running 1:", blobs(0, 600)),
                           a2 = line("a o n  running 1:", blobs(5, 6)),
                           a3 = line("a o n  running 1:", blobs(5, 2'000));
  static const std::vector<step> steps{
    {[](auto& kept, auto& dir) { kept = std::make_unique<journal>(dir); }, ""},
    {[](auto& kept, auto&) {
       kept->begin({"a", "o", "", "", false, 1});
     },
     "a o   running 1:\n"},
    {[](auto& kept, auto&) { kept->set_model("a", "m"); }, "a o m  running 1:\n"},
    {[](auto& kept, auto&) { kept->confirm("a", blobs(0, 300)); },
     line("a o m  running 1:", blobs(0, 300)), false},
    {[](auto& kept, auto&) { kept->confirm("a", blobs(290, 600)); }, a1, false},
    {[](auto& kept, auto&) {
       kept->begin({"b", "o", "", "", false, 2});
     },
     a1 + "b o   running 2:\n"},
    {[](auto& kept, auto&) { kept->set_paused("b", true); }, a1 + "b o   paused 2:\n"},
    {[](auto& kept, auto&) { kept->set_model("a", "n"); }, "a o n  running 1:\nb o   paused 2:\n"},
    {[](auto& kept, auto&) { kept->confirm("a", blobs(5, 6)); }, a2 + "b o   paused 2:\n", false},
    {[](auto& kept, auto&) { kept->end("b", "r"); }, a2 + "b o  r paused 2:\n"},
    {[](auto& kept, auto&) { kept->confirm("a", blobs(5, 2'000)); }, a3 + "b o  r paused 2:\n",
     false},
    {[](auto& kept, auto&) { kept->keep_ended(0); }, a3},
    {[](auto& kept, auto&) { kept.reset(); }, a3},
    {[](auto& kept, auto& dir) { kept = std::make_unique<journal>(dir); }, a3},
    {[](auto& kept, auto&) { kept->end("a", "done"); }, "a o n done running 1:\n"},
  };
  return steps;
}

/// Lives in a child that is killed at its event number `last`. @returns how many calls returned.
std::size_t live(const std::string& dir, const std::string& durable_dir, int last) {
  child living{[&](const child::say& say) {
    int event = 0;
    watch_files(durable_dir, [&] {
      if (++event == last)
        ::raise(SIGKILL);
    });
    std::unique_ptr<journal> kept;
    for (const auto& step : life()) {
      step.call(kept, dir);
      say("done");
    }
    ::_exit(0);
  }};
  std::size_t returned = 0;
  while (!living.hear().empty())
    ++returned;
  living.wait();
  return returned;
}

/// What is found is what one of the calls `first` to `last` leaves: at least all that must have
/// come to stay, and at most the one that was under way.
void expect_one_of(const std::string& found, std::size_t first, std::size_t last) {
  last = std::min(last, life().size() - 1);
  for (auto i = first; i <= last; ++i)
    if (found == life()[i].after)
      return;
  ADD_FAILURE() << "none of what calls " << first << " to " << last << " leave:\n" << found;
}

/// Opens what is left, which must be sound, and adds to it.
std::string found_in(const std::string& dir, std::size_t returned) {
  journal kept{dir};
  if (returned > 0) { // before that, a file may have been made and not a byte written
    EXPECT_EQ(kept.notice(), "");
  }
  auto found = text_of(kept);
  kept.begin({"next", "", "", "", false, 1});
  return found;
}

/// The last of the `returned` calls that waited for the disk.
std::size_t last_lasting(std::size_t returned) {
  while (returned > 1 && !life()[returned - 1].lasts)
    --returned;
  return returned == 0 ? 0 : returned - 1;
}

/// Killed at its first write, its second, ... until it gets through: every moment of a life.
TEST(JournalCrash, LosesNothingThatWasDoneAndKeepsNothingThatWasNot) {
  for (std::size_t event = 1, returned = 0; returned < life().size(); ++event) {
    SCOPED_TRACE("event " + std::to_string(event));
    const test::temp_dir dir;
    const test::temp_dir durable;
    returned = live(dir.path(), durable.path(), static_cast<int>(event));
    expect_one_of(found_in(dir.path(), returned), returned == 0 ? 0 : returned - 1, returned);
    if (HasFailure())
      return;
    ASSERT_LT(event, 10'000u);
  }
}

TEST(JournalCrash, OfTheWholeMachineLosesTheLastConfirmationsAtMost) {
  for (std::size_t event = 1, returned = 0; returned < life().size(); ++event) {
    SCOPED_TRACE("event " + std::to_string(event));
    const test::temp_dir dir;
    const test::temp_dir durable;
    returned = live(dir.path(), durable.path(), static_cast<int>(event));
    expect_one_of(found_in(durable.path(), returned), last_lasting(returned), returned);
    if (HasFailure())
      return;
  }
}

} // namespace
} // namespace flotilla::store
