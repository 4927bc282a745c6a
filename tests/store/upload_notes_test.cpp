#include "store/upload_notes.hpp"

#include "tests/store/child.hpp"
#include "tests/store/error_of.hpp"
#include "tests/store/read_only.hpp"
#include "tests/support/as_nobody.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace flotilla::store {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::IsEmpty;
using testing::Optional;
using testing::UnorderedElementsAre;

constexpr auto week = 168h;

std::string content(const std::string& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

void fill(const std::string& path, const std::string& bytes) {
  std::ofstream{path, std::ios::binary} << bytes;
}

class UploadNotes : public testing::Test {
protected:
  std::string path() const {
    return dir_ / "uploads/registry.example/m/x";
  }
  /// What the next process finds in the note.
  std::optional<std::string> found(const std::string& name = "sha256:a") const {
    return upload_notes{path()}.take(name);
  }
  /// Leaves a note behind, as a process that ended does. @returns its file
  std::string left(const std::string& text, const std::string& name = "sha256:a") const {
    upload_notes notes{path()};
    EXPECT_TRUE(notes.take(name));
    notes.write(name, text);
    return path() + '/' + name;
  }

  const test::temp_dir dir_;
};

TEST_F(UploadNotes, AreNoneAtFirstAndMakeNoDirectory) {
  const upload_notes notes{path()};
  EXPECT_THAT(notes.names(week), IsEmpty());
  EXPECT_FALSE(notes.has("sha256:a"));
  EXPECT_FALSE(fs::exists(path()));
}

TEST_F(UploadNotes, SayWhatWasWrittenLast) {
  {
    upload_notes notes{path()};
    EXPECT_THAT(notes.take("sha256:a"), Optional(std::string{}));
    EXPECT_TRUE(notes.has("sha256:a"));
    notes.write("sha256:a", "a longer text, written first");
    notes.write("sha256:a", "short");
    EXPECT_THAT(notes.take("sha256:a"), Optional(std::string{"short"})) << "it is ours already";
  }
  EXPECT_THAT(upload_notes{path()}.names(week), UnorderedElementsAre("sha256:a"));
  EXPECT_THAT(found(), Optional(std::string{"short"}));
}

TEST_F(UploadNotes, TakeAnyBytes) {
  const std::string odd[]
    = {std::string(3, '\0'), "12 34 ", "\n\xFF\x01", std::string(60'000, 'x')};
  for (const auto& text : odd) {
    left(text);
    EXPECT_THAT(found(), Optional(text));
  }
}

TEST_F(UploadNotes, SurviveTheDeathOfTheirProcess) {
  child other{[&](const child::say& say) {
    upload_notes notes{path()};
    notes.take("sha256:a");
    notes.write("sha256:a", "half way");
    say("written");
    ::pause();
  }};
  ASSERT_EQ(other.hear(), "written");
  EXPECT_EQ(found(), std::nullopt) << "somebody has it";
  EXPECT_THAT(found("sha256:b"), Optional(std::string{})) << "another one is free";
  other.kill();
  EXPECT_THAT(found(), Optional(std::string{"half way"}));
}

TEST_F(UploadNotes, BelongToOneAtATimeInOneProcess) {
  upload_notes one{path()};
  upload_notes two{path()};
  ASSERT_TRUE(one.take("sha256:a"));
  EXPECT_EQ(two.take("sha256:a"), std::nullopt);
  one.write("sha256:a", "text");
  one.give_back("sha256:a");
  EXPECT_FALSE(one.has("sha256:a"));
  EXPECT_THAT(two.take("sha256:a"), Optional(std::string{"text"}));
}

TEST_F(UploadNotes, AreGoneOnceRemoved) {
  left("text");
  upload_notes notes{path()};
  ASSERT_TRUE(notes.take("sha256:a"));
  notes.remove("sha256:a");
  notes.remove("sha256:a");
  notes.remove("never there");
  EXPECT_THAT(notes.names(week), IsEmpty());
  EXPECT_THAT(found(), Optional(std::string{}));
}

TEST_F(UploadNotes, LeaveNothingBehindThatWasNeverWritten) {
  {
    upload_notes notes{path()};
    ASSERT_TRUE(notes.take("sha256:a"));
    ASSERT_TRUE(notes.take("sha256:b"));
    notes.give_back("sha256:a");
    notes.give_back("never there");
  }
  EXPECT_TRUE(fs::is_empty(path()));
}

TEST_F(UploadNotes, AreNothingWhereTheyAreNotWhole) {
  const auto file = left("the text of a note");
  const auto whole = content(file);
  for (std::size_t length = 0; length < whole.size(); ++length) {
    fill(file, whole.substr(0, length));
    EXPECT_THAT(found(), Optional(std::string{})) << "cut at " << length;
  }
  for (std::size_t at = 0; at < whole.size(); ++at) {
    auto rotten = whole;
    rotten[at] = static_cast<char>(rotten[at] ^ 4);
    fill(file, rotten);
    EXPECT_THAT(found(), Optional(std::string{})) << "changed at " << at;
  }
  fill(file, whole);
  EXPECT_THAT(found(), Optional(std::string{"the text of a note"}));
}

TEST_F(UploadNotes, AreNothingWhereSomethingElseLies) {
  const auto file = left("text");
  for (const auto* odd : {"", " ", "-1 5 x", "5", "99999999999999999999 1 x", "1 x y", "0 0 "}) {
    fill(file, odd);
    EXPECT_THAT(found(), Optional(std::string{})) << odd;
  }
}

TEST_F(UploadNotes, AreForgottenWithAge) {
  const auto old = left("old", "sha256:old");
  left("new", "sha256:new");
  fs::last_write_time(old, fs::file_time_type::clock::now() - 169h);
  EXPECT_THAT(upload_notes{path()}.names(week), UnorderedElementsAre("sha256:new"));
  EXPECT_FALSE(fs::exists(old));
}

TEST_F(UploadNotes, AreForTheirOwnerAlone) {
  const auto file = left("a secret place");
  EXPECT_EQ(fs::status(file).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(UploadNotes, SayWhereTheyCannotBeWritten) {
  fs::create_directories(dir_ / "uploads");
  fill(dir_ / "uploads/registry.example", "a file");
  upload_notes notes{path()};
  EXPECT_NE(error_of([&] { notes.take("sha256:a"); }).find(dir_ / "uploads/registry.example"),
            std::string::npos);
  EXPECT_THAT(notes.names(week), IsEmpty());
}

TEST_F(UploadNotes, FollowNoLinks) {
  fs::create_directories(path());
  fill(dir_ / "else", "12 34 x");
  fs::create_symlink(dir_ / "else", path() + "/sha256:a");
  upload_notes notes{path()};
  EXPECT_NE(error_of([&] { notes.take("sha256:a"); }), "");
  EXPECT_EQ(content(dir_ / "else"), "12 34 x");
}

} // namespace
} // namespace flotilla::store
