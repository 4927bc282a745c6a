#include "protocol/registry_profile.hpp"

#include <gtest/gtest.h>

#include <string>

namespace flotilla::protocol {
namespace {

constexpr std::uint64_t kib = 1'024;
constexpr std::uint64_t mib = 1'048'576;
constexpr std::uint64_t gib = 1'073'741'824;
constexpr auto unlimited = registry_profile::unlimited;

registry_profile of_host(const std::string& host) {
  return built_in_profile(*parse_url("https://" + host));
}

registry_profile unknown() {
  return of_host("reg.example");
}

http_response opened(header_fields fields) {
  return {202, std::move(fields), {}, {}};
}

// ---- what is known beforehand ----------------------------------------------------------------

TEST(RegistryProfile, HasATableOfHosts) {
  const struct {
    const char* host;
    chunking takes;
    std::uint64_t chunk;
    std::uint64_t threshold;
    std::uint64_t most;
  } cases[] = {
    {"reg.example", chunking::unknown, 64 * mib, gib, unlimited},
    {"127.0.0.1:5000", chunking::unknown, 64 * mib, gib, unlimited},
    {"registry-1.docker.io", chunking::unknown, 64 * mib, gib, unlimited},
    {"quay.io", chunking::unknown, 64 * mib, gib, unlimited},
    {"gcr.io", chunking::whole, 64 * mib, gib, unlimited},
    {"eu.gcr.io", chunking::whole, 64 * mib, gib, unlimited},
    {"europe-docker.pkg.dev", chunking::whole, 64 * mib, gib, unlimited},
    {"GCR.IO", chunking::whole, 64 * mib, gib, unlimited},
    {"ghcr.io", chunking::unknown, 4 * mib, unlimited, 4 * mib},
    {"1.dkr.ecr.eu-west-1.amazonaws.com", chunking::unknown, 10 * mib, unlimited, 20'971'520},
    {"1.dkr.ecr.cn-north-1.amazonaws.com.cn", chunking::unknown, 10 * mib, unlimited, 20'971'520},
    {"1.dkr.ecr-fips.us-east-1.amazonaws.com", chunking::unknown, 10 * mib, unlimited, 20'971'520},
    {"public.ecr.aws", chunking::unknown, 10 * mib, unlimited, 20'971'520},
    {"models.azurecr.io", chunking::unknown, 16 * mib, unlimited, 16 * mib},
    // Names that only look alike.
    {"notgcr.io", chunking::unknown, 64 * mib, gib, unlimited},
    {"gcr.io.example", chunking::unknown, 64 * mib, gib, unlimited},
    {"pkg.dev", chunking::unknown, 64 * mib, gib, unlimited},
    {"evil-pkg.dev", chunking::unknown, 64 * mib, gib, unlimited},
    {"mirror.ghcr.io", chunking::unknown, 64 * mib, gib, unlimited},
    {"1.dkr.ecr.amazonaws.com.example", chunking::unknown, 64 * mib, gib, unlimited},
    {"s3.amazonaws.com", chunking::unknown, 64 * mib, gib, unlimited},
    {"azurecr.io", chunking::unknown, 64 * mib, gib, unlimited},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.host);
    const auto profile = of_host(c.host);
    EXPECT_EQ(profile.takes, c.takes);
    EXPECT_EQ(profile.chunk_size(), c.chunk);
    EXPECT_EQ(profile.threshold, c.threshold);
    EXPECT_EQ(profile.most, c.most);
  }
}

TEST(RegistryProfile, KnowsThatAmazonsCannotBeAskedAndWantsTheLastChunkInThePut) {
  const auto amazon = of_host("1.dkr.ecr.eu-west-1.amazonaws.com");
  EXPECT_TRUE(amazon.last_chunk_in_put);
  EXPECT_TRUE(amazon.trust_own_offset);
  EXPECT_EQ(amazon.least, 5 * mib);
  EXPECT_FALSE(unknown().last_chunk_in_put);
  EXPECT_FALSE(unknown().trust_own_offset);
}

TEST(RegistryProfile, TakesNoChunksByDefault) {
  EXPECT_EQ(registry_profile{}.takes, chunking::whole);
  EXPECT_FALSE(registry_profile{}.may_chunk());
  EXPECT_TRUE(unknown().may_chunk());
}

TEST(RegistryProfile, HasAWordForEachWay) {
  EXPECT_STREQ(to_string(chunking::unknown), "unknown");
  EXPECT_STREQ(to_string(chunking::whole), "whole");
  EXPECT_STREQ(to_string(chunking::chunks), "chunks");
}

// ---- the size of a chunk ---------------------------------------------------------------------

TEST(RegistryProfile, KeepsAChunkWithinItsLimits) {
  const struct {
    const char* name;
    std::uint64_t chunk;
    std::uint64_t least;
    std::uint64_t most;
    std::uint64_t size;
  } cases[] = {
    {"as we like it", 64 * mib, 0, unlimited, 64 * mib},
    {"raised", 64 * mib, 100 * mib, unlimited, 100 * mib},
    {"lowered", 64 * mib, 0, 4 * mib, 4 * mib},
    {"both ends alike", 64 * mib, 8 * mib, 8 * mib, 8 * mib},
    {"none", 0, 0, unlimited, 64 * kib},
    {"one byte", 1, 0, unlimited, 64 * kib},
    {"limit of nothing", 64 * mib, 0, 0, 64 * kib},
    {"without end", unlimited, 0, unlimited, unlimited},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    auto profile = unknown();
    profile.chunk = c.chunk;
    profile.least = c.least;
    profile.most = c.most;
    EXPECT_EQ(profile.chunk_size(), c.size);
  }
}

TEST(RegistryProfile, TakesNoChunksWhereNoneWouldFit) {
  auto profile = unknown();
  profile.least = 5 * mib;
  profile.most = 4 * mib;
  EXPECT_FALSE(profile.may_chunk());
}

// ---- what is seen ----------------------------------------------------------------------------

TEST(RegistryProfile, ReadsTheLimitsThatAnOpenedSessionNames) {
  const struct {
    const char* name;
    header_fields fields;
    std::uint64_t least;
    std::uint64_t most;
    std::uint64_t threshold;
  } cases[] = {
    {"nothing", {}, 0, unlimited, gib},
    {"least", {{"OCI-Chunk-Min-Length", "104857600"}}, 100 * mib, unlimited, gib},
    {"lower case, blanks", {{"oci-chunk-min-length", " 104857600 "}}, 100 * mib, unlimited, gib},
    {"most", {{"OCI-Chunk-Max-Length", "100000000"}}, 0, 100'000'000, 100'000'001},
    {"most, beyond the threshold", {{"OCI-Chunk-Max-Length", "5368709120"}}, 0, 5 * gib, gib},
    {"least, absurd",
     {{"OCI-Chunk-Min-Length", "18446744073709551615"}},
     unlimited,
     unlimited,
     gib},
    {"most, absurd", {{"OCI-Chunk-Max-Length", "18446744073709551615"}}, 0, unlimited, gib},
    {"zero", {{"OCI-Chunk-Min-Length", "0"}, {"OCI-Chunk-Max-Length", "0"}}, 0, unlimited, gib},
    {"most, too small to be believed", {{"OCI-Chunk-Max-Length", "30"}}, 0, unlimited, gib},
    {"past 64 bits", {{"OCI-Chunk-Min-Length", "18446744073709551616"}}, 0, unlimited, gib},
    {"negative", {{"OCI-Chunk-Min-Length", "-5"}}, 0, unlimited, gib},
    {"sign", {{"OCI-Chunk-Min-Length", "+5242880"}}, 0, unlimited, gib},
    {"unit", {{"OCI-Chunk-Min-Length", "5MiB"}}, 0, unlimited, gib},
    {"hex", {{"OCI-Chunk-Min-Length", "0x500000"}}, 0, unlimited, gib},
    {"fraction", {{"OCI-Chunk-Min-Length", "5.5"}}, 0, unlimited, gib},
    {"word", {{"OCI-Chunk-Max-Length", "none"}}, 0, unlimited, gib},
    {"empty", {{"OCI-Chunk-Min-Length", ""}}, 0, unlimited, gib},
    {"binary", {{"OCI-Chunk-Min-Length", "\xFF\x01"}}, 0, unlimited, gib},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    auto profile = unknown();
    profile.note_opened(opened(c.fields));
    EXPECT_EQ(profile.least, c.least);
    EXPECT_EQ(profile.most, c.most);
    EXPECT_EQ(profile.threshold, c.threshold);
  }
}

TEST(RegistryProfile, NeverForgetsALimit) {
  auto profile = unknown();
  profile.note_opened(
    opened({{"OCI-Chunk-Min-Length", "10485760"}, {"OCI-Chunk-Max-Length", "20971520"}}));
  profile.note_opened(opened({}));
  profile.note_opened(
    opened({{"OCI-Chunk-Min-Length", "5242880"}, {"OCI-Chunk-Max-Length", "104857600"}}));
  EXPECT_EQ(profile.least, 10 * mib);
  EXPECT_EQ(profile.most, 20 * mib);
}

TEST(RegistryProfile, GoesDownByQuartersFromAChunkThatIsTooLarge) {
  auto profile = unknown();
  for (auto next : {16 * mib, 4 * mib, 1 * mib, 256 * kib, 64 * kib}) {
    ASSERT_TRUE(profile.note_chunk_too_large(profile.chunk_size()));
    EXPECT_EQ(profile.chunk_size(), next);
    EXPECT_EQ(profile.threshold, gib) << "nothing was said of whole blobs";
  }
  EXPECT_FALSE(profile.note_chunk_too_large(profile.chunk_size()));
  EXPECT_EQ(profile.chunk_size(), 64 * kib);
}

TEST(RegistryProfile, FindsAChunkBelowTheBlobThatWasTooLarge) {
  const struct {
    const char* name;
    std::uint64_t blob;
    bool helps;
    std::uint64_t chunk;
  } cases[] = {
    {"far above a chunk", 5 * gib, true, 64 * mib},
    {"one byte above", 64 * mib + 1, true, 64 * mib},
    {"a chunk", 64 * mib, true, 16 * mib},
    {"6 MB", 6'000'000, true, 4 * mib},
    {"just above nginx's limit", 1 * mib + 1, true, 1 * mib},
    {"the smallest chunk, and a byte", 64 * kib + 1, true, 64 * kib},
    {"the smallest chunk", 64 * kib, false, 64 * mib},
    {"one byte", 1, false, 64 * mib},
    {"nothing", 0, false, 64 * mib},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    auto profile = unknown();
    EXPECT_EQ(profile.note_blob_too_large(c.blob), c.helps);
    EXPECT_EQ(profile.chunk_size(), c.chunk);
    EXPECT_EQ(profile.threshold, c.helps ? c.chunk + 1 : gib);
  }
}

TEST(RegistryProfile, GoesNoFurtherDownThanTheRegistryWants) {
  auto profile = unknown();
  profile.note_least(5 * mib);
  EXPECT_TRUE(profile.note_chunk_too_large(64 * mib));
  EXPECT_EQ(profile.chunk_size(), 16 * mib);
  EXPECT_TRUE(profile.note_chunk_too_large(16 * mib)) << "a quarter is too small, but not all less";
  EXPECT_EQ(profile.chunk_size(), 5 * mib);
  EXPECT_FALSE(profile.note_chunk_too_large(5 * mib));
  EXPECT_EQ(profile.chunk_size(), 5 * mib);
}

TEST(RegistryProfile, FindsNoChunkWhereThereMayBeNone) {
  registry_profile never;
  EXPECT_FALSE(never.note_blob_too_large(5 * gib));
  EXPECT_FALSE(never.note_chunk_too_large(64 * mib));
  EXPECT_EQ(never.threshold, gib);
}

TEST(RegistryProfile, BelievesABlobThatArrivedMoreThanOneThatDidNot) {
  auto profile = unknown();
  profile.note_chunks_taken();
  EXPECT_EQ(profile.takes, chunking::chunks);
  profile.note_chunks_refused();
  EXPECT_EQ(profile.takes, chunking::chunks);
  auto other = unknown();
  other.note_chunks_refused();
  EXPECT_EQ(other.takes, chunking::whole);
}

TEST(RegistryProfile, MergesWhatSeveralUploadsHaveSeen) {
  const struct {
    chunking known, seen, both;
  } cases[] = {
    {chunking::unknown, chunking::unknown, chunking::unknown},
    {chunking::unknown, chunking::whole, chunking::whole},
    {chunking::unknown, chunking::chunks, chunking::chunks},
    {chunking::whole, chunking::unknown, chunking::whole},
    {chunking::whole, chunking::chunks, chunking::chunks},
    {chunking::chunks, chunking::unknown, chunking::chunks},
    {chunking::chunks, chunking::whole, chunking::chunks},
  };
  for (const auto& c : cases) {
    auto profile = unknown();
    auto seen = unknown();
    profile.takes = c.known;
    seen.takes = c.seen;
    profile.merge(seen);
    EXPECT_EQ(profile.takes, c.both);
  }
}

TEST(RegistryProfile, MergesTheStricterOfTwoLimits) {
  auto one = unknown();
  auto two = unknown();
  one.note_least(5 * mib);
  EXPECT_TRUE(two.note_blob_too_large(5 * gib));
  two.last_chunk_in_put = true;
  for (auto both : {std::pair{one, two}, std::pair{two, one}}) {
    both.first.merge(both.second);
    EXPECT_EQ(both.first.least, 5 * mib);
    EXPECT_EQ(both.first.most, 64 * mib);
    EXPECT_EQ(both.first.threshold, 64 * mib + 1);
    EXPECT_TRUE(both.first.last_chunk_in_put);
    EXPECT_FALSE(both.first.trust_own_offset);
  }
}

} // namespace
} // namespace flotilla::protocol
