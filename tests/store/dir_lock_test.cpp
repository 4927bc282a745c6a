#include "store/dir_lock.hpp"

#include "tests/store/child.hpp"
#include "tests/store/error_of.hpp"
#include "tests/store/read_only.hpp"
#include "tests/support/as_nobody.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>

namespace flotilla::store {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

/// A process that holds the lock until it is killed.
std::unique_ptr<child> holder(const std::string& path) {
  auto other = std::make_unique<child>([&](const child::say& say) {
    const dir_lock lock{path};
    say("held");
    ::pause();
  });
  EXPECT_EQ(other->hear(), "held");
  return other;
}

TEST(DirLock, IsHeldByOneAtATime) {
  const test::temp_dir dir;
  {
    const dir_lock lock{dir / "lock"};
    EXPECT_EQ(trouble_of([&] { const dir_lock second{dir / "lock"}; }), trouble::held);
    const dir_lock other{dir / "other lock"};
  }
  for (int i = 0; i < 3; ++i)
    const dir_lock again{dir / "lock"};
}

TEST(DirLock, NamesTheProcessThatHasIt) {
  const test::temp_dir dir;
  std::ofstream{dir / "lock"} << "4194305 on a host with a long name that is long gone";
  const auto other = holder(dir / "lock");
  const auto number = std::to_string(other->pid());
  EXPECT_THAT(error_of([&] { const dir_lock second{dir / "lock"}; }),
              AllOf(HasSubstr(dir / "lock"), HasSubstr("process " + number + " on "),
                    testing::Not(HasSubstr("long gone"))));
}

TEST(DirLock, EndsWithItsProcessHoweverThatDied) {
  const test::temp_dir dir;
  const auto other = holder(dir / "lock");
  other->kill();
  const dir_lock mine{dir / "lock"};
}

TEST(DirLock, SaysThatItsFileCannotBeMadeOrOpened) {
  const test::temp_dir dir;
  fs::create_directory(dir / "directory");
  EXPECT_THAT(error_of([&] { const dir_lock lock{dir / "directory"}; }),
              HasSubstr("Is a directory"));
  EXPECT_THAT(error_of([&] { const dir_lock lock{dir / "no/such/lock"}; }),
              HasSubstr("No such file"));
  { const dir_lock lock{dir / "somebody's"}; }
  fs::permissions(dir / "somebody's", fs::perms{0444});
  fs::permissions(dir.path(), read_only);
  for (const char* name : {"none yet", "somebody's"})
    EXPECT_THAT(test::as_nobody([&] { return error_of([&] { const dir_lock lock{dir / name}; }); }),
                AllOf(HasSubstr(dir / name), HasSubstr("read-only")));
  fs::permissions(dir.path(), fs::perms::owner_all);
}

} // namespace
} // namespace flotilla::store
