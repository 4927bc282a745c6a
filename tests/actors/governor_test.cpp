#include "actors/governor.hpp"

#include "tests/actors/fleet_of_nodes.hpp"

namespace flotilla::actors {
namespace {

/// What a push was told.
struct told {
  std::vector<std::uint32_t> streams;
  std::vector<caf::timespan> holds;
};

governed_actor::behavior_type paper_push(governed_actor::pointer, std::shared_ptr<told> all) {
  return {
    [all](atom::limit, std::uint32_t streams) { all->streams.push_back(streams); },
    [all](atom::hold, caf::timespan span) { all->holds.push_back(span); },
  };
}

class Governor : public test::virtual_time {
protected:
  ~Governor() override {
    constexpr auto reason = caf::exit_reason::user_shutdown;
    caf::anon_send_exit(one, reason);
    for (auto& [id, push] : pushes)
      caf::anon_send_exit(push, reason);
    settle();
  }
  void join(const std::string& id) {
    heard[id] = std::make_shared<told>();
    pushes[id] = sys.spawn(paper_push, heard[id]);
    caf::anon_send(one, atom::join_v, id, pushes[id]);
    settle();
  }
  /// So many epochs in which each push fills its streams; `goodput` by their sum, and what it takes
  /// to open a session, in seconds.
  void run(int epochs, double (*goodput)(double), double (*opening)(double) = nullptr) {
    for (int i = 0; i < epochs; ++i)
      for (int beat = 0; beat < 8; ++beat) {
        double all = 0;
        for (const auto& [id, x] : heard)
          all += streams_of(id);
        for (const auto& [id, x] : heard) {
          registry_usage now;
          now.streams = streams_of(id);
          now.bytes = static_cast<std::uint64_t>(goodput(all) / 4 * streams_of(id) / all);
          now.least = 1;
          now.most = 32;
          if (opening != nullptr)
            now.openings = {2, 2 * opening(all)};
          caf::anon_send(one, atom::report_v, id, now);
        }
        pass(250ms);
      }
  }
  std::uint32_t streams_of(const std::string& id) const {
    const auto& all = heard.at(id)->streams;
    return all.empty() || all.back() == 0 ? 32 : all.back();
  }

  governor_actor one = sys.spawn(governor);
  std::map<std::string, std::shared_ptr<told>> heard;
  std::map<std::string, governed_actor> pushes;
};

/// Best with six streams; each one more takes its part away from all.
double peaks_at_six(double streams) {
  return streams <= 6 ? streams * 1e7 : 36e7 / streams;
}
double scales(double streams) {
  return streams * 1e7;
}

TEST_F(Governor, LeavesAllToAPushWhoseRegistryScales) {
  join("a");
  run(4, scales);
  EXPECT_TRUE(heard["a"]->streams.empty()) << "nothing is learned so soon";
  run(100, scales);
  EXPECT_GE(streams_of("a"), 16u) << "a trial may be on";
}

TEST_F(Governor, TakesStreamsFromARegistryThatGrowsSlowerWithMore) {
  join("a");
  run(100, peaks_at_six);
  EXPECT_LE(streams_of("a"), 12u);
  EXPECT_GE(streams_of("a"), 3u);
}

TEST_F(Governor, TakesStreamsFromARegistryThatOnlyLetsThemWait) {
  const auto goodput = [](double streams) { return std::min(streams, 6.0) * 1e7; };
  join("a");
  run(60, goodput, [](double streams) { return 0.2 * streams / 6; });
  EXPECT_LE(streams_of("a"), 18u);
  EXPECT_GE(streams_of("a"), 4u);
}

TEST_F(Governor, SharesWhatTheRegistryTakesAmongAllPushes) {
  join("a");
  join("b");
  run(150, peaks_at_six);
  EXPECT_LE(streams_of("a") + streams_of("b"), 14u);
  EXPECT_LE(std::max(streams_of("a"), streams_of("b")) - std::min(streams_of("a"), streams_of("b")),
            1u);
}

TEST_F(Governor, TakesLessAtOnceWhereTheRegistryThrottles) {
  join("a");
  run(1, scales);
  caf::anon_send(one, atom::throttled_v, std::string{"a"}, caf::timespan{0});
  run(1, scales);
  EXPECT_THAT(heard["a"]->streams, testing::ElementsAre(22u)) << "seven tenths of 32";
  EXPECT_TRUE(heard["a"]->holds.empty());
}

TEST_F(Governor, TellsAllOthersOfAPause) {
  join("a");
  join("b");
  caf::anon_send(one, atom::throttled_v, std::string{"a"}, caf::timespan{7s});
  settle();
  EXPECT_TRUE(heard["a"]->holds.empty()) << "it knows";
  EXPECT_THAT(heard["b"]->holds, testing::ElementsAre(caf::timespan{7s}));
}

TEST_F(Governor, GivesThePartOfOneThatEndedToTheOthers) {
  join("a");
  join("b");
  run(150, peaks_at_six);
  const auto before = streams_of("a");
  caf::anon_send(one, atom::ended_v, std::string{"b"});
  heard.erase("b");
  settle();
  EXPECT_GT(streams_of("a"), before);
}

/// Nodes on the paper network.
class Throttled : public Fleet {};

TEST_F(Throttled, APauseThatOneNodeWasAskedForHoldsForAll) {
  int refusals = 1;
  net->respond = [&](const protocol::http_request& request) {
    if (is_body(request) && refusals-- > 0)
      return network::answer(429, {{"Retry-After", "20"}});
    return registry(request);
  };
  plan(std::vector<std::uint64_t>(200, 1000));
  begin_fleet();
  add_node("a", 2);
  add_node("b", 2);
  order.options.check = protocol::check_mode::never;
  net->hold = [&](const protocol::http_request& request) { return is_body(request); };
  submit();
  ASSERT_FALSE(net->held.empty());
  net->let_go(0); // refused
  settle();
  while (!net->held.empty()) {
    net->let_go(0);
    settle();
  }
  const auto before = net->asked.size();
  beat_for(15s, {"a", "b"});
  EXPECT_EQ(net->asked.size(), before) << "nobody asks while the registry wants to be left alone";
  net->hold = [](const auto&) { return false; };
  beat_for(30s, {"a", "b"});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->why.code, errc::none) << report->why.message;
}

} // namespace
} // namespace flotilla::actors
