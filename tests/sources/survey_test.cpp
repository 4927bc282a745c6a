#include "sources/survey.hpp"

#include "tests/sources/source_fixture.hpp"

namespace flotilla::sources {
namespace {

namespace fs = std::filesystem;
using protocol::blob_naming;
using test::layer;
using test::part;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Survey : public SourceFixture {
protected:
  blob_files files() const {
    auto found = blob_files::at(
      dir / "blobs", {blob_naming::dash, blob_naming::slash, blob_naming::oci, blob_naming::colon},
      confines{});
    return std::move(*found);
  }
  static std::vector<protocol::planned_blob> planned(const std::vector<part>& parts) {
    std::vector<protocol::planned_blob> blobs;
    for (const auto& x : parts)
      blobs.push_back({x.id(), x.bytes.size(), 0});
    return blobs;
  }
  void write(blob_naming naming, const part& x) const {
    test::write_blobs(dir / "blobs", naming, {x});
  }
};

TEST_F(Survey, OfNoBlobsIsEmpty) {
  auto found = look_for(files(), {});
  EXPECT_THAT(found.held, IsEmpty());
  EXPECT_TRUE(found.problems.empty());
}

TEST_F(Survey, SaysHowEachHeldBlobIsNamed) {
  std::vector<part> parts{layer("a"), layer("b"), layer("c"), layer("d"), layer("none")};
  write(blob_naming::oci, parts[0]);
  write(blob_naming::dash, parts[1]);
  write(blob_naming::slash, parts[2]);
  write(blob_naming::colon, parts[3]);
  // 1 + naming: oci is 0, dash 1, slash 2, colon 3 (protocol/plan.hpp).
  EXPECT_THAT(look_for(files(), planned(parts)).held, ElementsAre(1, 2, 3, 4, 0));
}

TEST_F(Survey, WrongFilesAreNotHeldAndTellApartFromMissingOnes) {
  std::vector<part> parts{layer("right"), layer("gone"),     layer("short"),
                          layer("dir"),   layer("dangling"), layer("gone too")};
  write(blob_naming::dash, parts[0]);
  auto path = [&](std::size_t i) { return dir / ("blobs/sha256-" + parts[i].id().hex()); };
  test::write_file(path(2), "sho");
  fs::create_directory(path(3));
  fs::create_symlink("nowhere", path(4));
  auto found = look_for(files(), planned(parts));
  EXPECT_THAT(found.held, ElementsAre(2, 0, 0, 0, 0, 0));
  auto name = [&](std::size_t i) { return "sha256-" + parts[i].id().hex() + ": "; };
  EXPECT_THAT(found.problems.missing(), ElementsAre(name(1) + "missing", name(5) + "missing"));
  EXPECT_THAT(found.problems.wrong(),
              ElementsAre(name(2) + "3 bytes instead of 5", name(3) + "a directory",
                          name(4) + "a link to a file that does not exist"));
}

TEST_F(Survey, PlaceThatHoldsNothing) {
  auto found = look_for(files(), planned({layer("a"), layer("b")}));
  EXPECT_THAT(found.held, Each(0));
  EXPECT_EQ(found.problems.missing_count(), 2u);
  EXPECT_EQ(found.problems.wrong_count(), 0u);
}

TEST_F(Survey, ThirdsOfAModelMakeItWhole) {
  std::vector<part> parts;
  for (int i = 0; i < 99; ++i)
    parts.push_back(layer("part " + std::to_string(i)));
  auto blobs = planned(parts);
  std::vector<int> holders(parts.size());
  for (int third = 0; third < 3; ++third) {
    auto folder = "third" + std::to_string(third);
    for (std::size_t i = static_cast<std::size_t>(third); i < parts.size(); i += 3)
      test::write_blobs(dir / folder, blob_naming::oci, {parts[i]});
    auto place = find_blob_files("oci:" + (dir / (folder + ":v1")), options);
    ASSERT_TRUE(place);
    auto found = look_for(*place, blobs);
    EXPECT_EQ(found.problems.missing_count(), 66u);
    for (std::size_t i = 0; i < parts.size(); ++i)
      holders[i] += found.held[i];
  }
  EXPECT_THAT(holders, Each(1));
}

TEST_F(Survey, BatchesAddUpToTheWhole) {
  std::vector<part> parts;
  for (int i = 0; i < 50; ++i)
    parts.push_back(layer("part " + std::to_string(i)));
  write(blob_naming::dash, parts[40]);
  auto blobs = planned(parts);
  file_problems problems;
  std::vector<std::uint8_t> held;
  for (std::size_t from = 0; from < blobs.size(); from += 10) {
    auto at = blobs.begin() + static_cast<std::ptrdiff_t>(from);
    auto found = look_for(files(), {at, at + 10});
    problems.add(found.problems);
    held.insert(held.end(), found.held.begin(), found.held.end());
  }
  auto whole = look_for(files(), blobs);
  EXPECT_EQ(held, whole.held);
  EXPECT_EQ(held[40], 2);
  EXPECT_EQ(problems.to_failure("/m", 50).message, whole.problems.to_failure("/m", 50).message);
  EXPECT_THAT(problems.to_failure("/m", 50).message, HasSubstr("49 of 50 files"));
}

} // namespace
} // namespace flotilla::sources
