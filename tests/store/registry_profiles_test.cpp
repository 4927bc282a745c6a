#include "store/registry_profiles.hpp"

#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace flotilla::store {
namespace {

namespace fs = std::filesystem;

TEST(RegistryProfiles, KnowNothingAtFirst) {
  const test::temp_dir dir;
  registry_profiles profiles{dir / "state"};
  EXPECT_EQ(profiles.bytes_per_second("reg.example"), std::nullopt);
  EXPECT_EQ(profiles.bytes_per_second(""), std::nullopt);
}

TEST(RegistryProfiles, RememberTheLastRateOfEachRegistry) {
  const test::temp_dir dir;
  {
    registry_profiles profiles{dir / "state"};
    profiles.remember_rate("reg.example", 1e6);
    profiles.remember_rate("reg.example:5000", 2e6);
    profiles.remember_rate("reg.example", 3e6);
  }
  registry_profiles again{dir / "state"};
  EXPECT_EQ(again.bytes_per_second("reg.example"), 3e6);
  EXPECT_EQ(again.bytes_per_second("reg.example:5000"), 2e6);
  EXPECT_EQ(again.bytes_per_second("reg"), std::nullopt);
}

TEST(RegistryProfiles, TakeAnyTextForAHost) {
  const test::temp_dir dir;
  registry_profiles profiles{dir / "state"};
  const std::string odd[] = {"'; DROP TABLE registry_profile; --", "%", "\xFF\x01", "h\"o`st"};
  for (const auto& host : odd)
    profiles.remember_rate(host, 5);
  for (const auto& host : odd)
    EXPECT_EQ(profiles.bytes_per_second(host), 5);
  EXPECT_EQ(profiles.bytes_per_second("reg.example"), std::nullopt);
}

TEST(RegistryProfiles, AreForTheirOwnerAlone) {
  const test::temp_dir dir;
  const registry_profiles profiles{dir / "a/b/state"};
  EXPECT_EQ(fs::status(dir / "a/b/state").permissions(), fs::perms::owner_all);
}

TEST(RegistryProfiles, AreSharedByTwoAtOnce) {
  const test::temp_dir dir;
  registry_profiles one{dir / "state"};
  registry_profiles two{dir / "state"};
  one.remember_rate("reg.example", 1);
  two.remember_rate("reg.example", 2);
  EXPECT_EQ(one.bytes_per_second("reg.example"), 2);
}

TEST(RegistryProfiles, SayThatTheirDirectoryCannotBeMade) {
  const test::temp_dir dir;
  std::ofstream{dir / "file"} << "x";
  for (const char* name : {"file", "file/below"})
    EXPECT_THROW(registry_profiles{dir / name}, database_error) << name;
}

} // namespace
} // namespace flotilla::store
