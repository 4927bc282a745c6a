#include "tests/protocol/chunked_fixture.hpp"

namespace flotilla::protocol {
namespace {

http_outcome unreached() {
  return {no_response{{errc::unavailable, "connection refused", {}}, 0, false}};
}

registry_profile not_to_be_asked(registry_profile known) {
  known.trust_own_offset = true;
  return known;
}

// ---- a chunk that breaks ---------------------------------------------------------------------

TEST_F(ChunkedUpload, WaitsAndAsksHowFarAChunkCameThatBroke) {
  const struct {
    const char* name;
    http_outcome outcome;
    const char* reason;
  } cases[] = {
    {"cut", lost(errc::unavailable, false), "network"},
    {"the answer was lost", lost(errc::unavailable, true), "network"},
    {"nobody reached", unreached(), "network"},
    {"408", answer(408), "408"},
    {"429", answer(429, {{"Retry-After", "7"}}), "429"},
    {"499", answer(499), "499"},
    {"500", error(500, "UNKNOWN"), "500"},
    {"502", answer(502), "502"},
    {"503", answer(503), "503"},
    {"504", answer(504), "504"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    auto one = fresh();
    send_two(one);
    EXPECT_EQ(as<try_again>(one.on_outcome(c.outcome)).reason, c.reason);
    EXPECT_EQ(one.stored(), 65'536u);
    EXPECT_EQ(asked(one.again()), at("1"));
  }
}

TEST_F(ChunkedUpload, GoesOnWhereTheRegistrySaysThatABrokenChunkEnded) {
  const struct {
    const char* name;
    int status;
    const char* state;
    const char* range;
    const char* next;
  } cases[] = {
    {"within the chunk", 204, "2", "0-99999", "2 100000-149999"},
    {"where it began", 204, "2", "0-65535", "2 65536-131071"},
    {"all of it has arrived", 204, "2", "0-131071", "2 131072-149999"},
    {"with a unit", 204, "2", "bytes=0-99999", "2 100000-149999"},
    {"no new Location", 204, "", "0-99999", "1 100000-149999"},
    {"202", 202, "2", "0-99999", "2 100000-149999"},
    {"200", 200, "2", "0-99999", "2 100000-149999"},
    {"Quay: one too many, no Location", 204, "", "bytes=0-100000", "1 100000-149999"},
    {"Quay: where it began", 204, "", "bytes=0-65536", "1 65536-131071"},
    {"Quay: all of it", 204, "", "bytes=0-131072", "1 131072-149999"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    auto one = fresh();
    break_second(one);
    as<upload_step::ready>(one.on_outcome(told(c.status, c.state, c.range)));
    EXPECT_EQ(send(one), at(c.next));
  }
}

TEST_F(ChunkedUpload, GoesOnFromTheStartOfAFreshSession) {
  for (const char* range : {"0-0", "0--1", "bytes=0--1", "bytes=0-0"}) {
    SCOPED_TRACE(range);
    auto one = fresh();
    as<upload_step::ready>(one.begin());
    send(one);
    as<try_again>(one.on_outcome(lost(errc::unavailable, false)));
    asked(one.again());
    as<upload_step::ready>(one.on_outcome(told(204, "2", range)));
    EXPECT_EQ(send(one), at("2") + " 0-65535");
  }
}

TEST_F(ChunkedUpload, IsGoneWhereTheSessionDidNotOutliveABrokenChunk) {
  const struct {
    const char* name;
    http_outcome status;
  } cases[] = {
    {"distribution 2.8, zot", error(404, "BLOB_UPLOAD_INVALID")},
    {"gone for good", answer(410)},
    {"unknown", error(400, "BLOB_UPLOAD_UNKNOWN")},
    {"416", answer(416)},
    {"not to be asked", answer(405)},
    {"not by us", answer(403)},
    {"without credentials", answer(401)},
    {"says nothing", told(204, "2", "")},
    {"garbage", told(204, "2", "all")},
    {"less than was acknowledged", told(204, "2", "0-9999")},
    {"nothing", told(204, "2", "0-0")},
    {"more than was sent", told(204, "2", "0-131072")},
    {"more than the blob has", told(204, "2", "0-150000")},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    auto one = fresh();
    break_second(one);
    EXPECT_EQ(as<chunked_upload::gone>(one.on_outcome(c.status)).after, trouble::cut);
    EXPECT_TRUE(one.moved());
    EXPECT_EQ(as<failure>(one.again()).code, errc::internal);
    EXPECT_EQ(as<failure>(one.send_body()).code, errc::internal);
  }
}

TEST_F(ChunkedUpload, RemembersWhatTroubleItWas) {
  const struct {
    http_outcome outcome;
    trouble kind;
  } cases[] = {
    {lost(errc::unavailable, false), trouble::cut},
    {lost(errc::unavailable, true), trouble::cut},
    {answer(408), trouble::cut},
    {answer(499), trouble::cut},
    {answer(500), trouble::answered},
    {answer(502), trouble::answered},
    {answer(504), trouble::answered},
    {answer(503), trouble::passing},
    {answer(429), trouble::passing},
    {unreached(), trouble::passing},
  };
  for (const auto& c : cases) {
    auto one = fresh();
    send_two(one);
    as<try_again>(one.on_outcome(c.outcome));
    asked(one.again());
    as<try_again>(one.on_outcome(answer(500))); // to the question
    asked(one.again());
    EXPECT_EQ(as<chunked_upload::gone>(one.on_outcome(answer(404))).after, c.kind);
  }
}

TEST_F(ChunkedUpload, IsGoneWhereAChunkNeverGetsOn) {
  const struct {
    const char* name;
    bool moved; // an earlier chunk would be lost with the session
    int tries;
  } cases[] = {{"the first chunk", false, 3}, {"a later one", true, 10}};
  for (const auto& c : cases) {
    for (const auto& outcome : {lost(errc::unavailable, false), answer(500)}) {
      SCOPED_TRACE(c.name);
      auto one = fresh();
      if (c.moved) {
        send_two(one);
      } else {
        as<upload_step::ready>(one.begin());
        send(one);
      }
      const std::string range = c.moved ? "0-65535" : "0-0";
      for (int tries = 1; tries < c.tries; ++tries) {
        as<try_again>(one.on_outcome(outcome));
        asked(one.again());
        as<upload_step::ready>(one.on_outcome(told(204, "1", range)));
        send(one);
      }
      as<try_again>(one.on_outcome(outcome));
      asked(one.again());
      as<chunked_upload::gone>(one.on_outcome(told(204, "1", range)));
      EXPECT_EQ(one.moved(), c.moved);
    }
  }
}

TEST_F(ChunkedUpload, CountsNoTryThatGotOnOrThatReachedNobody) {
  auto one = fresh();
  send_two(one);
  for (int i = 0; i < 30; ++i) {
    as<try_again>(one.on_outcome(lost(errc::unavailable, false)));
    asked(one.again());
    as<upload_step::ready>(
      one.on_outcome(told(204, "1", "0-" + std::to_string(65'536 + 100 * (i + 1)))));
    send(one);
  }
  for (const auto& outcome : {unreached(), answer(429), answer(503)})
    for (int i = 0; i < 30; ++i) {
      as<try_again>(one.on_outcome(outcome));
      asked(one.again());
      as<upload_step::ready>(one.on_outcome(told(204, "1", "0-68536")));
      send(one);
    }
}

TEST_F(ChunkedUpload, CountsTheTriesOfEachChunkApart) {
  auto one = fresh();
  send_two(one);
  const auto break_nine_times = [&](const std::string& range) {
    for (int i = 0; i < 9; ++i) {
      as<try_again>(one.on_outcome(lost(errc::unavailable, false)));
      asked(one.again());
      as<upload_step::ready>(one.on_outcome(told(204, "1", range)));
      send(one);
    }
  };
  break_nine_times("0-65535");
  as<upload_step::ready>(one.on_outcome(told(202, "1", "0-131071")));
  send(one);
  break_nine_times("0-131071");
}

TEST_F(ChunkedUpload, ForgetsATroubleOnceTheChunkHasArrived) {
  auto one = fresh();
  break_second(one);
  as<upload_step::ready>(one.on_outcome(told(204, "2", "0-65535")));
  send(one);
  as<upload_step::ready>(one.on_outcome(told(202, "3", "0-131071")));
  send(one);
  asked(one.on_outcome(answer(416)));
  as<chunked_upload::lost>(one.on_outcome(answer(404)));
}

TEST_F(ChunkedUpload, WaitsWithItsQuestionInTrouble) {
  auto one = fresh();
  send_two(one);
  asked(one.on_outcome(told(416, "2", "")));
  for (const auto& outcome : {answer(503), answer(429), lost(errc::unavailable, false)}) {
    as<try_again>(one.on_outcome(outcome));
    EXPECT_EQ(asked(one.again()), at("2"));
  }
  EXPECT_EQ(as<failure>(one.on_outcome(lost(errc::interrupted, false))).code, errc::interrupted);
}

// ---- a registry that cannot be asked ---------------------------------------------------------

TEST_F(ChunkedUpload, BeginsAnewAfterABrokenChunkWhereTheRegistryCannotBeAsked) {
  for (const auto& outcome :
       {lost(errc::unavailable, false), lost(errc::unavailable, true), answer(500), answer(408)}) {
    auto one = fresh(not_to_be_asked(terms()));
    send_two(one);
    as<try_again>(one.on_outcome(outcome));
    as<chunked_upload::gone>(one.again());
    EXPECT_EQ(as<failure>(one.again()).code, errc::internal);
  }
}

TEST_F(ChunkedUpload, SendsAChunkAgainThatWasNotTakenWhereTheRegistryCannotBeAsked) {
  for (const auto& outcome : {answer(429), answer(503), unreached()}) {
    auto one = fresh(not_to_be_asked(terms()));
    send_two(one);
    as<try_again>(one.on_outcome(outcome));
    as<upload_step::ready>(one.again());
    EXPECT_EQ(send(one), at("1") + " 65536-131071");
  }
}

TEST_F(ChunkedUpload, TrustsItsOwnOffsetWhereTheRegistryCannotBeAsked) {
  auto one = fresh(not_to_be_asked(terms()));
  send_two(one);
  as<upload_step::ready>(one.on_outcome(told(201, "2", "0-99999")));
  EXPECT_EQ(send(one), at("2") + " 131072-149999");
  as<chunked_upload::lost>(one.on_outcome(answer(416)));
}

} // namespace
} // namespace flotilla::protocol
