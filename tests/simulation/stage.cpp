#include "tests/simulation/stage.hpp"

#include <algorithm>
#include <cstdio>

namespace flotilla::simulation {

namespace {

constexpr std::chrono::hours morning{490'000}; ///< of the time of day since 1970

} // namespace

stage::config::config(stage& of) {
  set("scheduler.policy", caf::atom("testing"));
  outside.dice = [&of] { return static_cast<std::uint32_t>(of.world_dice_.next()); };
  outside.wall_clock
    = [&of] { return actors::world::moment{morning + of.jumped_ + of.since_begin()}; };
}

stage::stage(std::uint64_t seed, unsigned disorder)
  : dice_(seed), world_dice_(dice_.split()), order_(dice_.split()), disorder_(disorder),
    config_(*this), system_(config_),
    scheduler_(dynamic_cast<caf::scheduler::test_coordinator&>(system_.scheduler())),
    began_(scheduler_.clock().now()) {
  system_.await_actors_before_shutdown(false); // nobody would run their goodbyes
}

void stage::end() {
  agenda_.clear();
  while (scheduler_.try_run_once()) {
  }
}

moment stage::now() const noexcept {
  return scheduler_.clock().now();
}

std::chrono::milliseconds stage::since_begin() const noexcept {
  return std::chrono::duration_cast<std::chrono::milliseconds>(now() - began_);
}

void stage::later(span wait, std::function<void()> what) {
  agenda_.emplace(now() + std::max(wait, span{0}), std::move(what));
}

bool stage::step() {
  ++steps_;
  return run_an_actor() || pass_time();
}

bool stage::run_an_actor() {
  auto& jobs = scheduler_.jobs;
  if (jobs.empty())
    return false;
  if (jobs.size() > 1 && order_.chance(disorder_)) {
    auto chosen = jobs.begin() + static_cast<std::ptrdiff_t>(order_.below(jobs.size()));
    std::rotate(jobs.begin(), chosen, chosen + 1);
  }
  if (auto* actor = dynamic_cast<caf::abstract_actor*>(jobs.front()))
    note(actor->id());
  return scheduler_.try_run_once();
}

bool stage::pass_time() {
  auto& clock = scheduler_.clock();
  const auto& timers = clock.schedule();
  if (agenda_.empty() && timers.empty())
    return false;
  if (agenda_.empty() || (!timers.empty() && timers.begin()->first < agenda_.begin()->first))
    return clock.trigger_timeout();
  auto next = agenda_.begin();
  clock.current_time = std::max(clock.current_time, next->first);
  auto what = std::move(next->second);
  agenda_.erase(next);
  what();
  return true;
}

void stage::note(std::string_view what) noexcept {
  for (const char c : what)
    trace_ = (trace_ ^ static_cast<unsigned char>(c)) * 0x100000001b3;
}

void stage::note(std::uint64_t what) noexcept {
  trace_ = (trace_ ^ what) * 0x100000001b3;
  trace_ ^= trace_ >> 29;
}

void stage::say(const std::string& what) {
  note(what);
  if (loud_)
    std::printf("%9.3f  %s\n", static_cast<double>(since_begin().count()) / 1000, what.c_str());
}

void stage::violated(const std::string& invariant, const std::string& detail) {
  say("VIOLATED " + invariant + ": " + detail);
  if (broken_.invariant.empty())
    broken_ = {invariant, detail};
}

} // namespace flotilla::simulation
