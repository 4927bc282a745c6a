#include "app/state.hpp"

#include "tests/app/scoped_environment.hpp"
#include "tests/support/as_nobody.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace flotilla::app {
namespace {

namespace fs = std::filesystem;
using protocol::errc;
using test::scoped_environment;
using testing::HasSubstr;

options in(const std::string& dir) {
  options chosen;
  chosen.state_dir = dir;
  return chosen;
}

/// 0 also when the state cannot be opened.
double rate_in(const options& chosen, const std::string& host) {
  auto kept = state::open(chosen);
  return kept ? kept->rate_of(host) : 0;
}

TEST(State, IsKeptFromOneRunToTheNext) {
  const test::temp_dir dir;
  const auto chosen = in(dir / "a/b/state");
  {
    auto kept = state::open(chosen);
    ASSERT_TRUE(kept) << kept.error().message;
    EXPECT_EQ(kept->rate_of("reg.example"), 0);
    kept->remember_rate("reg.example", 1.5e6);
    EXPECT_EQ(kept->rate_of("reg.example"), 1.5e6);
  }
  EXPECT_EQ(rate_in(chosen, "reg.example"), 1.5e6);
  EXPECT_EQ(rate_in(chosen, "reg.example:5000"), 0);
}

TEST(State, LiesWhereXdgSaysElseAtHome) {
  const test::temp_dir dir;
  const scoped_environment env{{{"HOME", dir / "home"}, {"XDG_STATE_HOME", dir / "xdg"}}};
  ASSERT_TRUE(state::open({}));
  EXPECT_TRUE(fs::exists(dir / "xdg/flotilla/state.db"));
  const scoped_environment without{{{"XDG_STATE_HOME", ""}}};
  ASSERT_TRUE(state::open({}));
  EXPECT_TRUE(fs::exists(dir / "home/.local/state/flotilla/state.db"));
}

TEST(State, IsGoneWithoutWhereThereIsNoPlaceForIt) {
  const scoped_environment env{{{"HOME", ""}, {"XDG_STATE_HOME", ""}}};
  auto kept = state::open({});
  ASSERT_TRUE(kept);
  kept->remember_rate("reg.example", 5);
  EXPECT_EQ(kept->rate_of("reg.example"), 0);
}

TEST(State, MustWorkWhereTheUserNamesTheDirectory) {
  const test::temp_dir dir;
  std::ofstream{dir / "file"} << "x";
  fs::create_directories(dir / "broken");
  std::ofstream{dir / "broken/state.db"} << std::string(5'000, 'x');
  fs::create_directories(dir / "odd/state.db");
  for (const char* name : {"file", "file/below", "broken", "odd"}) {
    SCOPED_TRACE(name);
    auto kept = state::open(in(dir / name));
    ASSERT_FALSE(kept);
    EXPECT_EQ(kept.error().code, errc::usage);
    EXPECT_THAT(kept.error().message, HasSubstr(dir / name));
    EXPECT_THAT(kept.error().hint, HasSubstr("--state-dir"));
  }
}

TEST(State, IsGoneWithoutWhereTheUsualPlaceDoesNotWork) {
  const test::temp_dir dir;
  std::ofstream{dir / "file"} << "x";
  const scoped_environment env{{{"XDG_STATE_HOME", dir / "file"}}};
  auto kept = state::open({});
  ASSERT_TRUE(kept) << kept.error().message;
  EXPECT_EQ(kept->rate_of("reg.example"), 0);
}

TEST(State, SaysThatADirectoryCannotBeWritten) {
  const test::temp_dir dir;
  fs::permissions(dir.path(),
                  fs::perms::owner_all | fs::perms::others_read | fs::perms::others_exec);
  auto said = test::as_nobody([&] {
    auto kept = state::open(in(dir / "state"));
    return kept ? std::string{"opened"} : kept.error().message;
  });
  EXPECT_THAT(said, HasSubstr("Permission denied"));
}

} // namespace
} // namespace flotilla::app
