#include "tests/protocol/chunked_fixture.hpp"

namespace flotilla::protocol {
namespace {

registry_profile not_to_be_asked() {
  registry_profile known;
  known.trust_own_offset = true;
  return known;
}

// ---- somebody else's session -----------------------------------------------------------------

TEST_F(ChunkedUpload, AsksFirstWhereSomebodyElseHasBegun) {
  const struct {
    const char* name;
    std::uint64_t acknowledged;
    http_outcome status;
    const char* next;
  } cases[] = {
    {"as was written down", 65'536, told(204, "1", "0-65535"), "1 65536-131071"},
    {"one chunk further", 65'536, told(204, "1", "0-131071"), "1 131072-149999"},
    {"within a chunk", 65'536, told(204, "1", "0-99999"), "1 100000-149999"},
    {"no new Location", 65'536, told(204, "", "0-65535"), "old 65536-131071"},
    {"Quay", 65'536, told(204, "", "bytes=0-65536"), "old 65536-131071"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    auto one = resumed(c.acknowledged);
    EXPECT_TRUE(one.resumed());
    EXPECT_EQ(asked(one.begin()), at("old"));
    as<upload_step::ready>(one.on_outcome(c.status));
    EXPECT_EQ(send(one), at(c.next));
  }
}

TEST_F(ChunkedUpload, IsNotMisledByAnOddOffsetAndARangeOfOneChunk) {
  auto one = resumed(10'000);
  asked(one.begin());
  as<upload_step::ready>(one.on_outcome(told(204, "1", "0-9999")));
  EXPECT_EQ(send(one), at("1") + " 10000-75535");
  as<upload_step::ready>(one.on_outcome(told(202, "2", "0-65535"))); // its length alone
  EXPECT_EQ(send(one), at("2") + " 75536-141071");
}

TEST_F(ChunkedUpload, OnlyClosesWhereSomebodyElseHasSentAll) {
  auto one = resumed(131'072);
  asked(one.begin());
  const auto put = as<chunked_upload::close>(one.on_outcome(told(204, "1", "0-149999"))).put;
  EXPECT_EQ(put.request.url, at("1") + "&digest=" + id.to_string());
  EXPECT_EQ(put.before, size);
}

TEST_F(ChunkedUpload, IsGoneWhereSomebodyElsesSessionIsOfNoUse) {
  const struct {
    const char* name;
    http_outcome status;
  } cases[] = {
    {"gone", answer(404)},
    {"gone, with a code", error(404, "BLOB_UPLOAD_UNKNOWN")},
    {"another registry", answer(400)},
    {"not ours", answer(401)},
    {"emptied", told(204, "1", "0-0")},
    {"less than was written down", told(204, "1", "0-65534")},
    {"more than the blob has", told(204, "1", "0-150000")},
    {"says nothing", told(204, "1", "")},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    auto one = resumed(65'536);
    asked(one.begin());
    EXPECT_EQ(as<chunked_upload::gone>(one.on_outcome(c.status)).after, trouble::passing);
    EXPECT_FALSE(one.moved());
  }
}

TEST_F(ChunkedUpload, WaitsWhereItCannotAskAtOnce) {
  auto one = resumed(65'536);
  asked(one.begin());
  for (const auto& outcome :
       {lost(errc::unavailable, true), answer(503), lost(errc::unavailable, false)}) {
    as<try_again>(one.on_outcome(outcome));
    EXPECT_EQ(one.stored(), 65'536u);
    EXPECT_EQ(asked(one.again()), at("old"));
  }
}

TEST_F(ChunkedUpload, DoesNotGoOnWithWhatCannotBe) {
  auto beyond = resumed(size + 1);
  as<chunked_upload::gone>(beyond.begin());
  auto silent = resumed(65'536, not_to_be_asked());
  as<chunked_upload::gone>(silent.begin());
}

// ---- the end, once more ----------------------------------------------------------------------

TEST_F(ChunkedUpload, AsksBeforeItClosesOnceMore) {
  auto one = resumed(131'072);
  asked(one.begin());
  as<chunked_upload::close>(one.on_outcome(told(204, "1", "0-149999")));
  EXPECT_EQ(one.closings(), 1);
  EXPECT_EQ(asked(one.close_again()), at("1"));
  const auto put = as<chunked_upload::close>(one.on_outcome(told(204, "2", "0-149999"))).put;
  EXPECT_EQ(put.request.url, at("2") + "&digest=" + id.to_string());
  EXPECT_EQ(one.closings(), 2);
}

TEST_F(ChunkedUpload, SendsWhatIsMissingBeforeItClosesOnceMore) {
  auto known = terms();
  known.last_chunk_in_put = true;
  auto one = fresh(known);
  send_two(one);
  as<upload_step::ready>(one.on_outcome(told(202, "2", "0-131071")));
  as<chunked_upload::close>(one.send_body());
  EXPECT_EQ(asked(one.close_again()), at("2"));
  as<upload_step::ready>(one.on_outcome(told(204, "3", "0-139999")));
  const auto put = as<chunked_upload::close>(one.send_body()).put;
  EXPECT_EQ(put.request.url, at("3") + "&digest=" + id.to_string());
  EXPECT_EQ(put.request.fields.value("Content-Range"), "140000-149999");
}

TEST_F(ChunkedUpload, IsGoneWhereTheSessionEndedWithItsPut) {
  auto one = resumed(131'072);
  asked(one.begin());
  as<chunked_upload::close>(one.on_outcome(told(204, "1", "0-149999")));
  asked(one.close_again());
  as<chunked_upload::gone>(one.on_outcome(answer(404)));
}

TEST_F(ChunkedUpload, IsNotClosedForEver) {
  auto one = resumed(131'072);
  auto next = one.begin();
  int closings = 0;
  for (; closings < 50; ++closings) {
    asked(std::move(next));
    auto told_all = one.on_outcome(told(204, "1", "0-149999"));
    if (!std::holds_alternative<chunked_upload::close>(told_all)) {
      as<chunked_upload::lost>(std::move(told_all));
      break;
    }
    next = one.close_again();
  }
  EXPECT_EQ(closings, 5);
}

} // namespace
} // namespace flotilla::protocol
