#include "tests/actors/fleet_fixture.hpp"

#include <gmock/gmock.h>

#include <map>

namespace flotilla::actors {
namespace {

using namespace std::chrono_literals;
using protocol::errc;
using protocol::method;
using test::network;
using testing::HasSubstr;

class Push : public fleet {
protected:
  /// Answers with `once` to the first so many requests that match, then as the registry does.
  void answer_first(int times, method verb, const std::string& part, protocol::http_outcome once) {
    net->respond = [this, times, verb, part, once](const protocol::http_request& request) mutable {
      if (times > 0 && request.verb == verb && request.url.find(part) != std::string::npos) {
        --times;
        return once;
      }
      return registry(request);
    };
  }
  /// To a registry that refuses all, while the node looks for its files, of which it lacks these.
  void submit_refused_while_looking(const std::set<std::size_t>& lacks) {
    plan({10, 20});
    net->respond = [](const protocol::http_request&) { return network::answer(403); };
    add_node("local", 4, lacks);
    sources[0]->looks_for_them = 5s;
    submit();
    EXPECT_FALSE(report);
    pass(5s);
    ASSERT_TRUE(report);
  }
};

TEST_F(Push, BringsEveryBlobAndThenTheManifestByItsTagAlone) {
  plan({10, 20, 30});
  add_node();
  submit();
  ASSERT_TRUE(report);
  EXPECT_EQ(report->why.code, errc::none) << report->why.message;
  EXPECT_EQ(registry.blobs, registry.wanted);
  EXPECT_FALSE(registry.manifest_came_early);
  EXPECT_EQ(registry.manifests.count("v1"), 1u);
  EXPECT_EQ(registry.manifests.count(source_plan.top().id.to_string()), 1u);
  EXPECT_EQ(net->count(method::put, "/manifests/"), 1u);
  EXPECT_EQ(report->last.uploaded.blobs, 3u);
  EXPECT_EQ(report->last.sent_bytes, 60u);
}

TEST_F(Push, SendsNothingThatIsThere) {
  plan({2 << 20, 2 << 20});
  registry.blobs.insert(digest_of(0));
  add_node();
  submit();
  ASSERT_TRUE(report);
  EXPECT_EQ(net->count(method::put, "digest=" + digest_of(0)), 0u);
  EXPECT_EQ(net->count(method::put, "digest=" + digest_of(1)), 1u);
  EXPECT_EQ(report->last.present.blobs, 1u);
}

TEST_F(Push, TakesTroubleWithACheckForUnknownAndNeverForMissing) {
  plan({2 << 20});
  registry.blobs.insert(digest_of(0));
  answer_first(3, method::head, "/blobs/", network::answer(500));
  add_node();
  submit();
  pass(10s);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->why.code, errc::none);
  EXPECT_EQ(net->count(method::put, "digest="), 0u);
}

TEST_F(Push, WaitsAtLeastAsLongAsRetryAfterSays) {
  plan({2 << 20});
  answer_first(1, method::post, "/uploads/", network::answer(429, {{"Retry-After", "20"}}));
  add_node();
  submit();
  pass(19s);
  EXPECT_FALSE(report);
  EXPECT_EQ(net->count(method::post), 1u);
  pass(4s);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->why.code, errc::none);
  ASSERT_EQ(report->last.retries.size(), 1u);
  EXPECT_EQ(report->last.retries[0].reason, "429");
  EXPECT_GE(report->last.throttled_seconds, 20);
}

TEST_F(Push, GivesUpWhenItsBudgetIsSpentWithoutProgress) {
  plan({2 << 20});
  order.options.retry_budget = 60s;
  answer_first(1000, method::post, "/uploads/", network::answer(503));
  add_node();
  submit();
  pass(59s);
  EXPECT_FALSE(report);
  pass(2s);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->why.code, errc::gave_up);
  EXPECT_THAT(report->why.message, HasSubstr("503"));
  EXPECT_TRUE(registry.manifests.empty());
}

TEST_F(Push, CountsItsBudgetFromTheLastProgress) {
  plan({2 << 20, 2 << 20});
  order.options.retry_budget = 60s;
  net->hold = [this](const protocol::http_request& request) {
    return request.verb == method::put && request.url.find(digest_of(0)) != std::string::npos;
  };
  net->respond = [this](const protocol::http_request& request) {
    if (request.verb == method::post && request.url.find(digest_of(1)) != std::string::npos)
      return network::answer(503);
    if (request.verb == method::post && request.url.find("mount=") == std::string::npos)
      return network::answer(503);
    return registry(request);
  };
  add_node();
  submit();
  pass(40s);
  ASSERT_EQ(net->held.size(), 1u);
  network::body_left(net->held[0]); // bytes that had never left: progress
  settle();
  pass(50s);
  EXPECT_FALSE(report) << report->why.message;
  pass(15s);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->why.code, errc::gave_up);
}

TEST_F(Push, GivesUpSoonerOnARegistryThatNeverAnswered) {
  plan({10});
  net->respond = [](const auto&) { return network::silence(); };
  add_node();
  submit();
  pass(31s);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->why.code, errc::gave_up);
  EXPECT_THAT(report->why.message, HasSubstr("connection reset"));
}

TEST_F(Push, IsPatientWithARegistryThatAnswersThatItIsBusy) {
  plan({10});
  answer_first(1, method::get, "/v2/", network::answer(429, {{"Retry-After", "60"}}));
  add_node();
  submit();
  pass(59s);
  EXPECT_FALSE(report);
  pass(10s);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->why.code, errc::none) << report->why.message;
}

TEST_F(Push, CountsEveryManifestAsProgress) {
  plan({10});
  order.options.retry_budget = 60s;
  order.tags = {"a", "b", "c"};
  // Each manifest meets trouble for most of the budget, and then is taken.
  auto began = sys.clock().now();
  std::map<std::string, caf::actor_clock::time_point> first;
  net->respond = [=](const protocol::http_request& request) mutable {
    if (request.verb == method::put && request.url.find("/manifests/") != std::string::npos) {
      auto now = sys.clock().now();
      if (now - first.emplace(request.url, now).first->second < 25s)
        return network::answer(503);
    }
    return registry(request);
  };
  add_node();
  submit();
  for (int i = 0; i < 600 && !report; ++i)
    pass(1s);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->why.code, errc::none) << report->why.message;
  EXPECT_GT(sys.clock().now() - began, 100s);
}

TEST_F(Push, NamesNoTagThatItHasNotPut) {
  plan({2 << 20});
  answer_first(1000, method::post, "/uploads/", network::answer(403));
  add_node();
  submit();
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->tags.empty());
}

TEST_F(Push, PutsAManifestAgainWhoseBlobsWereGone) {
  plan(std::vector<std::uint64_t>(10, 2 << 20));
  for (const auto& reference : {source_plan.top().id.to_string(), std::string{"v1"}})
    registry.manifests[reference] = source_plan.top().bytes;
  add_node();
  submit();
  ASSERT_TRUE(report);
  EXPECT_EQ(net->count(method::put, "/manifests/v1"), 1u);
  EXPECT_TRUE(report->manifest_present); // it was there, for what that was worth
}

TEST_F(Push, EndsAtOnceWithTheRegistrysOwnWordsOnARefusal) {
  plan({2 << 20});
  answer_first(
    1000, method::post, "/uploads/",
    network::answer(403, {}, R"({"errors":[{"code":"DENIED","message":"quota exceeded"}]})"));
  add_node();
  submit();
  ASSERT_TRUE(report);
  EXPECT_EQ(report->why.code, errc::unauthorized);
  EXPECT_THAT(report->why.message, HasSubstr("quota exceeded"));
}

TEST_F(Push, SettlesALostCommitAnswerByAskingInsteadOfSendingAgain) {
  plan({2 << 20});
  bool lost = false;
  net->respond = [this, lost](const protocol::http_request& request) mutable {
    auto answer = registry(request);
    if (request.verb == method::put && request.url.find("digest=") != std::string::npos
        && !std::exchange(lost, true))
      return network::silence(true); // stored, but the answer is lost
    return answer;
  };
  add_node();
  submit();
  pass(2s);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->why.code, errc::none);
  EXPECT_EQ(net->count(method::put, "digest="), 1u);
}

TEST_F(Push, StopsWhenTheUserSaysSo) {
  plan({2 << 20, 2 << 20});
  net->hold = [](const protocol::http_request& request) { return request.verb == method::put; };
  add_node();
  submit();
  pass(1s); // its bodies are told of
  EXPECT_FALSE(report);
  command(atom::cancel_v, push_id);
  settle();
  ASSERT_TRUE(report);
  EXPECT_EQ(report->why.code, errc::interrupted);
  EXPECT_EQ(report->last.nodes, 0u);
  EXPECT_EQ(report->last.bodies_in_all, 0u) << "nothing is on the wire any more";
  EXPECT_EQ(report->last.in_flight_bytes, 0u);
  EXPECT_TRUE(registry.manifests.empty());
}

TEST_F(Push, TrustsAManifestThatIsThereAfterAFewChecks) {
  plan(std::vector<std::uint64_t>(100, 10));
  registry.blobs = registry.wanted;
  registry.manifests[source_plan.top().id.to_string()] = source_plan.top().bytes;
  registry.manifests["v1"] = source_plan.top().bytes;
  add_node();
  submit();
  ASSERT_TRUE(report);
  EXPECT_EQ(report->why.code, errc::none);
  EXPECT_LT(net->asked.size(), 12u);
  EXPECT_EQ(net->count(method::put), 0u);
  EXPECT_EQ(report->last.present.blobs, 100u);
}

TEST_F(Push, LooksAtEverythingWhenAManifestPromisesMoreThanIsThere) {
  plan(std::vector<std::uint64_t>(100, 2 << 20));
  registry.manifests[source_plan.top().id.to_string()] = source_plan.top().bytes;
  add_node();
  submit();
  ASSERT_TRUE(report);
  EXPECT_EQ(report->why.code, errc::none);
  EXPECT_EQ(registry.blobs, registry.wanted);
}

TEST_F(Push, SendsABlobThatTheRegistryLostAndPublishesAgain) {
  plan({2 << 20, 2 << 20});
  registry.blobs = registry.wanted;
  bool refused = false;
  net->respond = [this, refused](const protocol::http_request& request) mutable {
    if (request.verb == method::put && request.url.find("/manifests/") != std::string::npos
        && !std::exchange(refused, true)) {
      registry.blobs.erase(digest_of(1));
      return network::answer(400, {}, R"({"errors":[{"code":"MANIFEST_BLOB_UNKNOWN"}]})");
    }
    return registry(request);
  };
  add_node();
  submit();
  ASSERT_TRUE(report);
  EXPECT_EQ(report->why.code, errc::none) << report->why.message;
  EXPECT_EQ(registry.blobs, registry.wanted);
  EXPECT_FALSE(registry.manifest_came_early);
  EXPECT_EQ(report->last.present.blobs, 1u); // the other was there, and then was not
  EXPECT_EQ(report->last.uploaded.blobs, 1u);
}

TEST_F(Push, DoesNotGoInCirclesWithARegistryThatLosesEveryBlob) {
  plan({2 << 20});
  answer_first(1000, method::put, "/manifests/",
               network::answer(400, {}, R"({"errors":[{"code":"MANIFEST_BLOB_UNKNOWN"}]})"));
  add_node();
  submit();
  ASSERT_TRUE(report);
  EXPECT_EQ(report->why.code, errc::incomplete);
  EXPECT_EQ(net->count(method::put, "/manifests/"), 2u);
}

TEST_F(Push, AsksNoMoreForSmallBlobsOnceTheRepositoryTurnsOutEmpty) {
  plan(std::vector<std::uint64_t>(1000, 100));
  add_node();
  submit();
  ASSERT_TRUE(report);
  EXPECT_EQ(registry.blobs, registry.wanted);
  EXPECT_EQ(net->count(method::head, "/blobs/"), protocol::check_policy::sample);
}

TEST_F(Push, PlanAsksForEverythingAndSendsNothing) {
  plan({2 << 20, 10, 20});
  registry.blobs.insert(digest_of(1));
  order.options.to = purpose::plan;
  add_node();
  submit();
  ASSERT_TRUE(report);
  EXPECT_EQ(report->absent.size(), 2u);
  EXPECT_EQ(net->count(method::post) + net->count(method::put), 0u);
}

TEST_F(Push, VerificationNamesWhatTheRegistryLacks) {
  plan({10, 20});
  registry.blobs.insert(digest_of(1));
  registry.manifests[source_plan.top().id.to_string()] = source_plan.top().bytes;
  registry.manifests["v1"] = source_plan.top().bytes;
  order.options.to = purpose::verify;
  add_node();
  submit();
  ASSERT_TRUE(report);
  EXPECT_EQ(report->why.code, errc::differs);
  EXPECT_THAT(report->why.message, HasSubstr(digest_of(0)));
}

TEST_F(Push, VerifyBlobsLooksAtAllOfThemOnceMore) {
  plan({10, 20, 30});
  order.options.verify = verification::blobs;
  bool published = false;
  net->respond = [this, published](const protocol::http_request& request) mutable {
    published
      |= request.verb == method::put && request.url.find("/manifests/v1") != std::string::npos;
    if (published) // the registry loses one after the manifest
      registry.blobs.erase(digest_of(2));
    return registry(request);
  };
  add_node();
  submit();
  ASSERT_TRUE(report);
  EXPECT_EQ(report->why.code, errc::differs);
  EXPECT_THAT(report->why.message, HasSubstr(digest_of(2)));
}

TEST_F(Push, NoticesAManifestThatTheRegistryServesOtherwise) {
  plan({10});
  net->respond = [this](const protocol::http_request& request) {
    auto answer = registry(request);
    if (request.verb == method::get && request.url.find("/manifests/v1") != std::string::npos)
      return network::answer(200, {}, "something else");
    return answer;
  };
  add_node();
  submit();
  ASSERT_TRUE(report);
  EXPECT_EQ(report->why.code, errc::differs);
}

TEST_F(Push, AsksTheRegistryWhileItsNodeLooksForTheFiles) {
  plan({10, 20});
  add_node();
  sources[0]->looks_for_them = 5s;
  submit();
  EXPECT_GT(net->count(method::head, "/manifests/"), 0u);
  EXPECT_EQ(net->count(method::post) + net->count(method::put), 0u);
  pass(5s);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->why.code, errc::none) << report->why.message;
}

TEST_F(Push, NamesWhatIsWrongWithTheFilesBeforeWhatTheRegistrySays) {
  ASSERT_NO_FATAL_FAILURE(submit_refused_while_looking({1}));
  EXPECT_EQ(report->why.code, errc::source_invalid) << report->why.message;
}

TEST_F(Push, SaysWhatTheRegistryRefusedOnceTheFilesAreFound) {
  ASSERT_NO_FATAL_FAILURE(submit_refused_while_looking({}));
  EXPECT_EQ(report->why.code, errc::unauthorized) << report->why.message;
}

TEST_F(Push, ANodeThatJoinsLateDoesTheWork) {
  plan({10, 20});
  submit();
  EXPECT_FALSE(report);
  add_node("late");
  ASSERT_TRUE(report);
  EXPECT_EQ(report->why.code, errc::none);
  ASSERT_EQ(report->nodes.size(), 1u);
  EXPECT_EQ(report->nodes[0].name, "late");
}

TEST_F(Push, TellsTheFollowerWhenANodeDies) {
  plan({2 << 20});
  net->hold = [](const protocol::http_request& request) { return request.verb == method::put; };
  add_node();
  submit();
  caf::anon_send_exit(nodes[0], caf::exit_reason::kill);
  settle();
  ASSERT_TRUE(report);
  EXPECT_EQ(report->why.code, errc::internal);
}

} // namespace
} // namespace flotilla::actors
