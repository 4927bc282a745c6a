#include "tests/support/scripted_registry.hpp"
#include "tests/system/program.hpp"

#include <gtest/gtest.h>

namespace flotilla::test {

namespace {

class PushAgain : public ::testing::Test {
protected:
  program flotilla;
  small_model model{flotilla, layers_of(60, 400)};
  scripted_registry there;
  std::string to = there.address() + "/m:v1";
  const std::string a_layer = model.layers[7].id().to_string();

  /// The requests since the last call.
  std::vector<seen_request> fresh() {
    auto all = there.log();
    std::vector<seen_request> found(all.begin() + static_cast<std::ptrdiff_t>(looked_at_),
                                    all.end());
    looked_at_ = all.size();
    return found;
  }
  static std::size_t bodies(const std::vector<seen_request>& of) {
    std::size_t count = 0;
    for (const auto& request : of)
      count += request.method == "PUT" && request.path.find("/uploads/") != std::string::npos;
    return count;
  }

private:
  std::size_t looked_at_ = 0;
};

TEST_F(PushAgain, AsksLittleAndSendsNothing) {
  ASSERT_EQ(flotilla.push(model.source, to).status, 0);
  fresh();
  const auto again = flotilla.push(model.source, to);
  ASSERT_EQ(again.status, 0) << again.said();
  EXPECT_EQ(again.blobs("present"), 61);
  EXPECT_EQ(again.bytes("sent"), 0U);
  EXPECT_EQ(again.bytes("saved"), model.bytes());
  EXPECT_LT(fresh().size(), 10U);
}

TEST_F(PushAgain, SendsOnlyTheHalfThatIsMissing) {
  for (std::size_t i = 0; i < model.layers.size(); i += 2)
    there.content().add_blob("m", model.layers[i].bytes);
  const auto pushed = flotilla.push(model.source, to);
  ASSERT_EQ(pushed.status, 0) << pushed.said();
  EXPECT_EQ(pushed.blobs("present"), 30);
  EXPECT_EQ(pushed.blobs("uploaded"), 31);
  EXPECT_EQ(bodies(fresh()), 31U);
}

TEST_F(PushAgain, SendsABlobThatTheRegistryLostThoughItHasTheManifest) {
  ASSERT_EQ(flotilla.push(model.source, to).status, 0);
  for (const auto& x : model.layers)
    there.content().forget_blob("m", x.id().to_string());
  fresh();
  const auto again = flotilla.push(model.source, to);
  ASSERT_EQ(again.status, 0) << again.said();
  EXPECT_EQ(again.blobs("uploaded"), 60);
  EXPECT_EQ(there.content().blob("m", a_layer), model.layers[7].bytes);
}

TEST_F(PushAgain, LooksAtEveryBlobWhenToldTo) {
  ASSERT_EQ(flotilla.push(model.source, to).status, 0);
  there.content().forget_blob("m", a_layer);
  const auto again = flotilla.push(model.source, to, {"--check", "always"});
  ASSERT_EQ(again.status, 0) << again.said();
  EXPECT_EQ(again.blobs("uploaded"), 1);
  EXPECT_EQ(there.content().blob("m", a_layer), model.layers[7].bytes);
}

TEST_F(PushAgain, FindsOutFromTheManifestsRefusalThatABlobIsLost) {
  ASSERT_EQ(flotilla.push(model.source, to).status, 0);
  there.content().forget_blob("m", model.layers[59].id().to_string()); // beyond the spot checks
  const auto again = flotilla.push(model.source, to, {"--tag", "v2"});
  EXPECT_EQ(again.status, 0) << again.said();
  EXPECT_EQ(there.content().blob("m", model.layers[59].id().to_string()), model.layers[59].bytes);
}

TEST_F(PushAgain, NeverAsksWhenToldNotTo) {
  ASSERT_EQ(flotilla.push(model.source, to, {"--check", "never"}).status, 0);
  EXPECT_EQ(there.count("HEAD", "/blobs/"), 0U);
}

TEST_F(PushAgain, MovesATag) {
  ASSERT_EQ(flotilla.push(model.source, to).status, 0);
  const small_model next{flotilla, layers_of(61, 400), "next"}; // one layer more
  const auto pushed = flotilla.push(next.source, to);
  ASSERT_EQ(pushed.status, 0) << pushed.said();
  EXPECT_EQ(pushed.blobs("uploaded"), 1);
  EXPECT_EQ(there.content().manifest("m", "v1"), next.manifest.bytes);
}

} // namespace

} // namespace flotilla::test
