#include "tests/protocol/paper_registry.hpp"

#include <gtest/gtest.h>

#include <string>

// One row for each registry of docs that does it in its own way, from the first request to the
// last: what arrives, and at which cost.

namespace flotilla::protocol {
namespace {

using habits = paper_registry::habits;
using range_form = paper_registry::range_form;

constexpr std::uint64_t mib = 1'048'576;
constexpr std::uint64_t size = 200 * mib + 1;

blob_upload upload(const registry_profile& known, std::uint64_t bytes = size) {
  return {{digest::of("a blob"), bytes, "/models/blob", {}},
          {*parse_url("https://reg.example"), "models/llama"},
          false,
          known};
}

/// What the table says of a host, and that such a blob goes in chunks wherever any may.
registry_profile chunks_at(const std::string& host) {
  auto known = built_in_profile(*parse_url("https://" + host));
  known.threshold = 1;
  return known;
}

habits distribution_28() {
  habits ways;
  ways.strict_state = true;
  ways.checks_range = false;
  return ways;
}
habits zot(range_form range = range_form::total) {
  habits ways;
  ways.keeps_cut = false;
  ways.range = range;
  return ways;
}
habits amazon() {
  habits ways;
  ways.to_chunk = 201;
  ways.range = range_form::first_only;
  ways.least_chunk = 5 * mib;
  ways.most_chunk = 20'971'520;
  ways.takes_empty_put = false;
  ways.asks_back = false;
  return ways;
}
habits quay() {
  habits ways;
  ways.is_quay = true;
  return ways;
}
habits ghcr() {
  habits ways;
  ways.most_chunk = 4 * mib;
  ways.too_large = 416;
  return ways;
}
habits google() {
  habits ways;
  ways.takes_chunks = false;
  return ways;
}
habits limited(std::uint64_t most_body) {
  habits ways;
  ways.most_body = most_body;
  return ways;
}
habits wanting(std::uint64_t least) {
  habits ways;
  ways.least_chunk = least;
  return ways;
}
habits saying(range_form range) {
  habits ways;
  ways.range = range;
  return ways;
}

// ---- nothing breaks --------------------------------------------------------------------------

TEST(ChunkedRegistries, GetTheBlobAndNothingTwice) {
  const struct {
    const char* name;
    const char* host;
    habits ways;
    chunking learned;
    std::uint64_t chunk;
  } cases[] = {
    {"distribution 2.8, Harbor", "reg.example", distribution_28(), chunking::chunks, 64 * mib},
    {"distribution 3", "reg.example", {}, chunking::chunks, 64 * mib},
    {"zot", "reg.example", zot(), chunking::chunks, 64 * mib},
    {"zot of old", "reg.example", zot(range_form::last_chunk), chunking::chunks, 64 * mib},
    {"ECR", "1.dkr.ecr.eu-west-1.amazonaws.com", amazon(), chunking::chunks, 10 * mib},
    {"Quay", "quay.io", quay(), chunking::chunks, 64 * mib},
    {"GHCR", "ghcr.io", ghcr(), chunking::chunks, 4 * mib},
    {"GAR", "europe-docker.pkg.dev", google(), chunking::whole, 64 * mib},
    {"ACR", "models.azurecr.io", limited(20'000'000), chunking::chunks, 16 * mib},
    {"Aliyun", "reg.example", saying(range_form::its_length), chunking::chunks, 64 * mib},
    {"one that says nothing", "reg.example", saying(range_form::none), chunking::chunks, 64 * mib},
    {"one that wants long chunks", "reg.example", wanting(100 * mib), chunking::chunks, 100 * mib},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    paper_registry registry{c.ways};
    auto one = upload(chunks_at(c.host));
    const auto end = run(one, registry);
    EXPECT_TRUE(end.arrived) << end.why;
    EXPECT_TRUE(registry.holds_the_blob());
    EXPECT_EQ(end.how, confirmation::uploaded);
    EXPECT_EQ(end.learned.takes, c.learned);
    EXPECT_EQ(end.learned.chunk_size(), c.chunk);
    EXPECT_EQ(registry.bytes(), size);
    EXPECT_EQ(registry.sessions(), 1);
    EXPECT_EQ(registry.stale(), 0);
  }
}

TEST(ChunkedRegistries, GetTheBlobWholeWhereThatIsTheirWay) {
  for (const char* host : {"ghcr.io", "1.dkr.ecr.eu-west-1.amazonaws.com", "models.azurecr.io",
                           "europe-docker.pkg.dev"}) {
    SCOPED_TRACE(host);
    paper_registry registry{google()};
    auto one = upload(built_in_profile(*parse_url("https://" + std::string{host})), 5'000 * mib);
    EXPECT_TRUE(run(one, registry).arrived);
    EXPECT_EQ(registry.bytes(), 5'000 * mib);
    EXPECT_EQ(registry.sessions(), 1);
  }
}

// ---- what they turn out not to take ----------------------------------------------------------

TEST(ChunkedRegistries, AreMetInAnotherWayAndTheNextBlobKnows) {
  const auto unknown = built_in_profile(*parse_url("https://reg.example"));
  auto chunks = unknown;
  chunks.threshold = 1;
  const struct {
    const char* name;
    registry_profile known;
    habits ways;
    int sessions;
    chunking learned;
    std::uint64_t chunk;
  } cases[] = {
    {"Cloudflare, whole", unknown, limited(100'000'000), 2, chunking::chunks, 64 * mib},
    {"nginx, whole", unknown, limited(mib), 5, chunking::chunks, mib},
    {"nginx, in chunks", chunks, limited(mib), 4, chunking::chunks, mib},
    {"like GHCR", chunks, ghcr(), 3, chunking::chunks, 4 * mib},
    {"like ECR", chunks, limited(20'971'520), 2, chunking::chunks, 16 * mib},
    {"like GAR", chunks, google(), 2, chunking::whole, 64 * mib},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    paper_registry registry{c.ways};
    auto one = upload(c.known);
    const auto end = run(one, registry);
    EXPECT_TRUE(end.arrived) << end.why;
    EXPECT_TRUE(registry.holds_the_blob());
    EXPECT_EQ(registry.sessions(), c.sessions);
    EXPECT_EQ(registry.mixed(), 0);
    EXPECT_EQ(end.learned.takes, c.learned);
    EXPECT_EQ(end.learned.chunk_size(), c.chunk);
    paper_registry again{c.ways};
    auto next = upload(end.learned);
    EXPECT_TRUE(run(next, again).arrived);
    EXPECT_EQ(again.sessions(), 1);
    EXPECT_EQ(again.bytes(), size);
  }
}

TEST(ChunkedRegistries, ThatTakeItInNoWaySayWhy) {
  const auto unknown = built_in_profile(*parse_url("https://reg.example"));
  auto neither = google();
  neither.most_body = 100'000'000;
  auto impossible = wanting(100 * mib);
  impossible.most_body = 64 * mib;
  for (const auto& ways : {limited(1'000), neither, impossible}) {
    paper_registry registry{ways};
    auto one = upload(unknown);
    const auto end = run(one, registry);
    EXPECT_FALSE(end.arrived);
    EXPECT_NE(end.why.find("the registry answered 4"), std::string::npos) << end.why;
    EXPECT_LE(registry.sessions(), 8);
  }
}

// ---- what breaks -----------------------------------------------------------------------------

TEST(ChunkedRegistries, GetNoMoreThanIsMissingWhereTheyKeepWhatArrived) {
  // The second chunk breaks off after 30 MiB, which lie at the registry or have to be sent again.
  const struct {
    const char* name;
    const char* host;
    habits ways;
    int sessions;
    std::uint64_t again; ///< bytes that were sent twice
  } cases[] = {
    {"distribution 3", "reg.example", {}, 1, 0},
    {"Quay", "quay.io", quay(), 1, 0},
    {"Aliyun", "reg.example", saying(range_form::its_length), 1, 0},
    {"one that says nothing", "reg.example", saying(range_form::none), 1, 0},
    {"distribution 2.8, Harbor", "reg.example", distribution_28(), 2, 94 * mib},
    {"zot", "reg.example", zot(), 2, 94 * mib},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    paper_registry registry{c.ways};
    registry.cut_body(2, 30 * mib);
    auto one = upload(chunks_at(c.host));
    const auto end = run(one, registry);
    EXPECT_TRUE(end.arrived) << end.why;
    EXPECT_TRUE(registry.holds_the_blob());
    EXPECT_EQ(registry.sessions(), c.sessions);
    EXPECT_EQ(registry.bytes(), size + c.again);
    EXPECT_EQ(registry.stale(), 0) << "nothing but one question goes to a Location that is behind";
    EXPECT_EQ(end.learned.takes, chunking::chunks);
  }
}

TEST(ChunkedRegistries, ThatCannotBeAskedGetABrokenBlobAnew) {
  paper_registry registry{amazon()};
  registry.cut_body(2, 5 * mib);
  auto one = upload(chunks_at("1.dkr.ecr.eu-west-1.amazonaws.com"));
  const auto end = run(one, registry);
  EXPECT_TRUE(end.arrived) << end.why;
  EXPECT_EQ(registry.sessions(), 2);
  EXPECT_EQ(registry.bytes(), size + 15 * mib);
}

TEST(ChunkedRegistries, GetAChunkOnceWhoseAnswerWasLost) {
  for (const auto& ways : {habits{}, quay()}) {
    paper_registry registry{ways};
    registry.cut_body(2, 64 * mib);
    auto one = upload(chunks_at("reg.example"));
    EXPECT_TRUE(run(one, registry).arrived);
    EXPECT_EQ(registry.bytes(), size);
    EXPECT_EQ(registry.sessions(), 1);
  }
}

TEST(ChunkedRegistries, GetTheBlobAlthoughEverySecondBodyBreaks) {
  for (const auto& ways : {habits{}, quay(), saying(range_form::none)}) {
    paper_registry registry{ways};
    for (int body = 1; body < 100; body += 2)
      registry.cut_body(body, 10 * mib);
    auto one = upload(chunks_at("reg.example"));
    const auto end = run(one, registry);
    EXPECT_TRUE(end.arrived) << end.why;
    EXPECT_EQ(registry.bytes(), size);
    EXPECT_EQ(registry.stale(), 0);
  }
}

TEST(ChunkedRegistries, GetTheBlobAcrossALineThatCutsEveryLongBody) {
  // No session outlives a cut, and a body lives for 10 MiB.
  for (const auto& ways : {distribution_28(), zot()}) {
    paper_registry registry{ways};
    for (int body = 1; body <= 4; ++body)
      registry.cut_body(body, 10 * mib); // 64, 64, 16, 16 MiB
    auto one = upload(chunks_at("reg.example"));
    const auto end = run(one, registry);
    EXPECT_TRUE(end.arrived) << end.why;
    EXPECT_EQ(registry.sessions(), 5);
    EXPECT_EQ(registry.bytes(), size + 40 * mib);
    EXPECT_EQ(end.learned.chunk_size(), 64 * mib) << "other blobs may have a better line";
  }
}

} // namespace
} // namespace flotilla::protocol
