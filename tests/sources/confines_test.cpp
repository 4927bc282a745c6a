#include "sources/confines.hpp"

#include "tests/support/as_nobody.hpp"
#include "tests/support/model_on_disk.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flotilla::sources {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

class Confines : public testing::Test {
protected:
  Confines() {
    test::write_file(dir / "data/model/file", "x");
    test::write_file(dir / "data-secret/file", "x");
    test::write_file(dir / "other/file", "x");
  }
  test::temp_dir dir;
};

TEST_F(Confines, WithoutRootsHoldEverything) {
  for (const auto& within : {confines{}, confines{std::vector<std::string>{}}})
    for (const auto& path : {std::string{"/"}, std::string{"/etc/passwd"}, std::string{"none"},
                             std::string{}, dir / "none/none"})
      EXPECT_TRUE(within.hold(path)) << path;
}

TEST_F(Confines, HoldWhatLeadsToARootOrBelow) {
  fs::create_directory_symlink("../other", dir / "data/out");
  fs::create_symlink("../other/file", dir / "data/file-out");
  fs::create_directory_symlink("model", dir / "data/in");
  fs::create_directory_symlink("data/model", dir / "other/to-data");
  fs::create_directory_symlink("../data/model", dir / "other/into-data");
  fs::create_symlink("circle", dir / "data/circle");
  const struct {
    const char* path; // below the test's directory
    bool held;
  } cases[] = {
    {"data", true},
    {"data/", true},
    {"data/model/file", true},
    {"data/model/../model/./file", true},
    {"other/../data/model", true},
    {"data/in/file", true},
    {"other/into-data/file", true}, // it leads in
    {"", false},
    {"data-secret", false},
    {"data-secret/file", false},
    {"dat", false},
    {"other/file", false},
    {"data/..", false},
    {"data/../other/file", false},
    {"data/model/../../other/file", false},
    {"data/out", false},
    {"data/out/file", false},
    {"data/out/../data/model", true}, // the parent of where the link leads
    {"data/in/../../other", false},
    {"data/file-out", false},
    {"data/circle", true}, // leads nowhere, and lies within
    {"other/to-data", false},
  };
  confines within{{dir / "data"}};
  for (const auto& c : cases)
    EXPECT_EQ(within.hold(dir / c.path), c.held) << c.path;
}

TEST_F(Confines, WhatIsNotThereLiesWhereItsPathLeads) {
  fs::create_directory_symlink("../other", dir / "data/out");
  const struct {
    const char* path;
    bool held;
  } cases[] = {
    {"data/none", true},
    {"data/none/none/", true},
    {"data/model/file/none", true},
    {"data-secret/none", false},
    {"data-none", false},
    {"none", false},
    {"other/none", false},
    {"data/../none", false},
    {"data/out/none", false},
    {"data/../../none/none/none", false},
  };
  confines within{{dir / "data"}};
  for (const auto& c : cases)
    EXPECT_EQ(within.hold(dir / c.path), c.held) << c.path;
}

TEST_F(Confines, RootMayBeALinkOrEndInASlash) {
  fs::create_directory_symlink("data", dir / "link");
  for (const char* root : {"link", "link/", "data/", "data/model/.."}) {
    SCOPED_TRACE(root);
    confines within{{dir / root}};
    EXPECT_TRUE(within.hold(dir / "data/model/file"));
    EXPECT_TRUE(within.hold(dir / "link/model/file"));
    EXPECT_FALSE(within.hold(dir / "other/file"));
    EXPECT_FALSE(within.hold(dir / "data-secret/file"));
  }
}

TEST_F(Confines, SeveralRoots) {
  confines within{{dir / "data", dir / "other"}};
  EXPECT_TRUE(within.hold(dir / "data/model"));
  EXPECT_TRUE(within.hold(dir / "other/file"));
  EXPECT_FALSE(within.hold(dir / "data-secret"));
  EXPECT_FALSE(within.hold(dir.path().string()));
}

TEST_F(Confines, RootThatIsNotThereHoldsNothing) {
  confines within{{dir / "none"}};
  for (const auto& path : {dir / "none", dir / "none/x", dir / "data", std::string{"/"}})
    EXPECT_FALSE(within.hold(path)) << path;
}

TEST_F(Confines, TopOfAllAsRootHoldsEverything) {
  confines within{{"/"}};
  for (const auto& path : {std::string{"/"}, std::string{"/etc"}, dir / "data/none"})
    EXPECT_TRUE(within.hold(path)) << path;
}

TEST_F(Confines, PathsThatAreNoneAreOutside) {
  confines within{{dir / "data"}};
  const auto endless = dir / "other" + std::string(100'000, '/') + std::string(100'000, 'x');
  for (const auto& path : {std::string{}, std::string{"none"}, std::string{"\0/", 2}, endless})
    EXPECT_FALSE(within.hold(path)) << path.substr(0, 20);
}

TEST_F(Confines, FolderOutsideThatMayNotBeEnteredTellsNothing) {
  fs::permissions(dir.path(), fs::perms{0755});
  fs::permissions(dir / "data-secret", fs::perms::none);
  confines within{{dir / "data"}};
  auto said = test::as_nobody([&] {
    return std::string{within.hold(dir / "data-secret/file") ? "in" : "out"}
           + (within.hold(dir / "data-secret/none") ? "in" : "out");
  });
  EXPECT_EQ(said, "outout");
}

TEST_F(Confines, RefusalNamesThePathAndTheRoots) {
  confines within{{"/data", "/models\x1b"}};
  auto error = within.refusal("/etc/passwd");
  EXPECT_EQ(error.code, protocol::errc::source_invalid);
  EXPECT_EQ(error.message, "\"/etc/passwd\" lies outside the directories that this worker may read "
                           "(--root \"/data\", \"/models \")");
  EXPECT_THAT(error.message, AllOf(HasSubstr(within.outside())));
}

} // namespace
} // namespace flotilla::sources
