#include "protocol/upload_method.hpp"

#include <gtest/gtest.h>

namespace flotilla::protocol {
namespace {

constexpr std::uint64_t mib = 1'048'576;
constexpr std::uint64_t gib = 1'073'741'824;

registry_profile known(chunking takes = chunking::unknown) {
  registry_profile profile;
  profile.takes = takes;
  return profile;
}

TEST(UploadMethod, TakesChunksWhereLosingTheWholeWouldHurt) {
  const struct {
    const char* name;
    chunking takes;
    std::uint64_t size;
    bool in_chunks;
  } cases[] = {
    {"nothing", chunking::unknown, 0, false},
    {"one chunk", chunking::unknown, 64 * mib, false},
    {"below the threshold", chunking::unknown, gib - 1, false},
    {"at the threshold", chunking::unknown, gib, true},
    {"beyond", chunking::unknown, 100 * gib, true},
    {"largest", chunking::unknown, UINT64_MAX, true},
    {"below, though it takes them", chunking::chunks, gib - 1, false},
    {"at, and it takes them", chunking::chunks, gib, true},
    {"it takes none", chunking::whole, 100 * gib, false},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(upload_method(known(c.takes), c.size).in_chunks(), c.in_chunks);
  }
}

TEST(UploadMethod, HeedsAWishWithinWhatTheRegistryTakes) {
  registry_profile github = known();
  github.threshold = registry_profile::unlimited;
  github.most = 4 * mib;
  const struct {
    const char* name;
    registry_profile profile;
    std::uint64_t wish;
    std::uint64_t size;
    std::uint64_t chunk; ///< 0: the blob goes whole
  } cases[] = {
    {"smaller chunks, below the threshold", known(), 16 * mib, 17 * mib, 16 * mib},
    {"no more than a chunk", known(), 16 * mib, 16 * mib, 0},
    {"larger chunks", known(), 256 * mib, 2 * gib, 256 * mib},
    {"never chunks", known(), UINT64_MAX, 100 * gib, 0},
    {"chunks where it likes none, and no larger", github, 16 * mib, gib, 4 * mib},
    {"it takes none at all", known(chunking::whole), 16 * mib, gib, 0},
    {"too small a chunk", known(), 1, gib, registry_profile::smallest_chunk},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const upload_method method{c.profile, c.size, c.wish};
    EXPECT_EQ(method.in_chunks(), c.chunk != 0);
    if (method.in_chunks()) {
      EXPECT_EQ(method.terms().chunk_size(), c.chunk);
    }
    EXPECT_EQ(method.learned(), c.profile) << "a wish says nothing of the registry";
  }
}

TEST(UploadMethod, SendsWholeWhatFitsIntoTheLeastChunk) {
  upload_method method{known(), 2 * gib};
  method.opened({202, {{"OCI-Chunk-Min-Length", "2147483648"}}, {}, {}});
  EXPECT_FALSE(method.in_chunks());
  EXPECT_EQ(method.learned().least, 2 * gib);
}

TEST(UploadMethod, SendsInChunksWhatTheMostForOneRequestDoesNotHold) {
  upload_method method{known(), 200 * mib};
  EXPECT_FALSE(method.in_chunks());
  method.opened({202, {{"OCI-Chunk-Max-Length", "100000000"}}, {}, {}});
  EXPECT_TRUE(method.in_chunks());
  EXPECT_EQ(method.terms().chunk_size(), 64 * mib);
}

TEST(UploadMethod, TurnsToChunksWhereTheWholeIsTooLarge) {
  upload_method method{known(), 200 * mib};
  ASSERT_TRUE(method.whole_too_large());
  EXPECT_TRUE(method.in_chunks());
  EXPECT_EQ(method.terms().chunk_size(), 64 * mib);
  ASSERT_TRUE(method.chunk_too_large(64 * mib));
  EXPECT_EQ(method.terms().chunk_size(), 16 * mib);
  EXPECT_TRUE(method.in_chunks());
}

TEST(UploadMethod, HasNoWayOutWhereTheWholeIsTooLargeAndChunksAreNotTaken) {
  upload_method never{known(chunking::whole), 200 * mib};
  EXPECT_FALSE(never.whole_too_large());
  upload_method tiny{known(), 1'000};
  EXPECT_FALSE(tiny.whole_too_large());
  upload_method refused{known(), 200 * mib};
  ASSERT_TRUE(refused.whole_too_large());
  EXPECT_FALSE(refused.chunks_refused());
  upload_method both{known(), 2 * gib};
  ASSERT_TRUE(both.chunks_refused());
  EXPECT_FALSE(both.in_chunks());
  EXPECT_FALSE(both.whole_too_large());
}

TEST(UploadMethod, TurnsToTheWholeWhereNoChunkIsSmallEnough) {
  upload_method method{known(), 2 * gib};
  int sizes = 0;
  while (method.in_chunks() && sizes < 50) {
    ASSERT_TRUE(method.chunk_too_large(method.terms().chunk_size()));
    ++sizes;
  }
  EXPECT_EQ(sizes, 6); // 64 and 16 and 4 and 1 MiB, 256 and 64 KiB
  EXPECT_FALSE(method.whole_too_large());
}

TEST(UploadMethod, TurnsToChunksAfterTwoWholeBodiesThatWereCut) {
  upload_method method{known(), 200 * mib};
  method.whole_cut();
  EXPECT_FALSE(method.in_chunks());
  method.whole_cut();
  EXPECT_TRUE(method.in_chunks());
  upload_method never{known(chunking::whole), 200 * mib};
  for (int i = 0; i < 5; ++i)
    never.whole_cut();
  EXPECT_FALSE(never.in_chunks());
}

TEST(UploadMethod, TakesSmallerChunksWhereNoneGetsThrough) {
  upload_method method{known(), 2 * gib};
  for (auto size : {64 * mib, 64 * mib, 16 * mib, 16 * mib, 4 * mib, 4 * mib, mib, mib, mib, mib}) {
    EXPECT_EQ(method.terms().chunk_size(), size);
    EXPECT_EQ(method.learned().chunk_size(), 64 * mib) << "a bad line is no property of a registry";
    method.chunk_cut(false);
  }
  for (int i = 0; i < 200; ++i)
    method.chunk_cut(false);
  EXPECT_EQ(method.terms().chunk_size(), mib);
}

TEST(UploadMethod, KeepsItsChunksWhereSomeGetThrough) {
  upload_method method{known(), 2 * gib};
  for (int i = 0; i < 10; ++i) {
    method.chunk_cut(false);
    method.chunk_cut(true);
  }
  EXPECT_EQ(method.terms().chunk_size(), 64 * mib);
}

TEST(UploadMethod, TakesNoSmallerChunksThanTheRegistryWants) {
  upload_method method{known(), 2 * gib};
  method.chunk_too_small(5 * mib);
  for (int i = 0; i < 10; ++i)
    method.chunk_cut(false);
  EXPECT_EQ(method.terms().chunk_size(), 5 * mib);
}

TEST(UploadMethod, TurnsToTheWholeOnceTwoSessionsInChunksWereLost) {
  upload_method method{known(), 2 * gib};
  method.chunks_lost(true);
  EXPECT_TRUE(method.in_chunks());
  method.chunks_lost(true);
  EXPECT_FALSE(method.in_chunks());
}

TEST(UploadMethod, ReturnsToChunksThatWereOnlyLostWhereTheWholeIsTooLarge) {
  upload_method method{known(), 2 * gib};
  for (int i = 0; i < 3; ++i)
    method.chunks_lost(true);
  ASSERT_FALSE(method.in_chunks());
  EXPECT_TRUE(method.whole_too_large());
  EXPECT_TRUE(method.in_chunks());
}

TEST(UploadMethod, StaysWithChunksWhereTheWholeIsNotTaken) {
  upload_method method{known(), 2 * gib};
  ASSERT_TRUE(method.whole_too_large());
  for (int i = 0; i < 5; ++i)
    method.chunks_lost(true);
  EXPECT_TRUE(method.in_chunks());
}

TEST(UploadMethod, TellsWhatHoldsForOtherBlobsOnceTheBlobHasArrived) {
  const struct {
    const char* name;
    void (*happens)(upload_method&);
    bool in_chunks;
    chunking learned;
  } cases[] = {
    {"in chunks", [](upload_method&) {}, true, chunking::chunks},
    {"whole, nothing tried", [](upload_method&) {}, false, chunking::unknown},
    {"whole, chunks refused", [](upload_method& m) { m.chunks_refused(); }, false, chunking::whole},
    {"whole, chunks lost for no reason",
     [](upload_method& m) {
       m.chunks_lost(true);
       m.chunks_lost(false);
     },
     false, chunking::whole},
    {"whole, chunks lost in trouble",
     [](upload_method& m) {
       m.chunks_lost(false);
       m.chunks_lost(false);
     },
     false, chunking::unknown},
    {"whole, one session lost", [](upload_method& m) { m.chunks_lost(true); }, false,
     chunking::unknown},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    upload_method method{known(), 2 * gib};
    c.happens(method);
    EXPECT_EQ(method.learned().takes, chunking::unknown) << "it has not arrived";
    method.arrived(c.in_chunks);
    EXPECT_EQ(method.learned().takes, c.learned);
  }
}

} // namespace
} // namespace flotilla::protocol
