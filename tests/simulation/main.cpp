#include "tests/simulation/crowd.hpp"
#include "tests/simulation/report.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <optional>
#include <spdlog/spdlog.h>
#include <string>

// Plays many pushes that never were: see docs/simulator.md.

namespace {

using namespace flotilla::simulation;

constexpr const char* usage
  = "flotilla-sim --seeds N [--from SEED] [--jobs J] [--stop-after N]\n"
    "flotilla-sim --replay SEED [--faults LIST]\n"
    "  --seeds N       so many pushes, each decided by one seed\n"
    "  --from SEED     the first of them; default: from the time of day\n"
    "  --jobs J        processes that play, 1..64; default 2\n"
    "  --stop-after N  so many broken seeds are enough; default 10\n"
    "  --replay SEED   that one, told line by line\n"
    "  --faults LIST   of its faults, only these: numbers from 0, as in 0,3,5; or none\n"
    "It exits with 0 when nothing broke, with 1 when something did, and with 2 when misused.\n";

struct wishes {
  std::uint64_t seeds = 0;
  std::uint64_t from = 0;
  std::uint64_t jobs = 2;
  std::uint64_t stop_after = 10;
  std::optional<std::uint64_t> replay;
  std::optional<std::vector<std::size_t>> faults;
};

bool parse_number(const std::string& text, std::uint64_t& to) {
  std::vector<std::size_t> list;
  if (text == "none" || !parse_list(text, list) || list.size() != 1)
    return false;
  to = list[0];
  return true;
}

bool parse(int argc, char** argv, wishes& to) {
  to.from = static_cast<std::uint64_t>(std::time(nullptr)) * 100'000;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i], value = argv[i + 1];
    std::uint64_t number = 0;
    std::vector<std::size_t> list;
    if (name == "--faults" && parse_list(value, list))
      to.faults = list;
    else if (!parse_number(value, number))
      return false;
    else if (name == "--seeds")
      to.seeds = number;
    else if (name == "--from")
      to.from = number;
    else if (name == "--jobs")
      to.jobs = number;
    else if (name == "--stop-after")
      to.stop_after = number;
    else if (name == "--replay")
      to.replay = number;
    else
      return false;
  }
  return argc % 2 == 1 && (to.replay.has_value() != (to.seeds > 0)) && to.jobs >= 1
         && to.jobs <= 64;
}

int replay(const wishes& what) {
  auto of = draw_scenario(*what.replay);
  if (what.faults)
    of = with_faults(std::move(of), *what.faults);
  std::printf("%s", describe(of).c_str());
  for (std::size_t i = 0; i < of.faults.size(); ++i)
    std::printf("  %zu: %s\n", i, to_string(of.faults[i]).c_str());
  const auto end = play(of, true);
  std::printf("%llu steps, %.3f s of virtual time, trace %016llx\n",
              static_cast<unsigned long long>(end.steps),
              static_cast<double>(end.lasted.count()) / 1000,
              static_cast<unsigned long long>(end.trace));
  if (!end.broken)
    return 0;
  std::printf("broken: %s: %s\n", end.broken->invariant.c_str(), end.broken->detail.c_str());
  return 1;
}

int play_all(const wishes& what) {
  std::printf("seeds from %llu\n", static_cast<unsigned long long>(what.from));
  std::fflush(stdout);
  std::uint64_t told = 0;
  const auto begin = std::chrono::steady_clock::now();
  const auto all = play_many(
    what.from, what.seeds, static_cast<unsigned>(what.jobs), [&](std::uint64_t seed, bool fatal) {
      ++told;
      if (fatal)
        std::printf("seed %llu ended its process; again: flotilla-sim --replay %llu\n",
                    static_cast<unsigned long long>(seed), static_cast<unsigned long long>(seed));
      else if (const auto of = draw_scenario(seed); true)
        std::printf("%s", report(of, play(of).broken.value_or(violation{"none", ""})).c_str());
      std::fflush(stdout);
      return told < what.stop_after;
    });
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  std::printf("%llu seeds in %.1f s, %.0f a second; %llu steps; broken: %zu\n",
              static_cast<unsigned long long>(all.played), took.count(),
              static_cast<double>(all.played) / std::max(took.count(), 0.001),
              static_cast<unsigned long long>(all.steps), all.broken.size());
  return all.broken.empty() ? 0 : 1;
}

} // namespace

int main(int argc, char** argv) {
  spdlog::set_level(spdlog::level::off);
  wishes what;
  if (!parse(argc, argv, what)) {
    std::fputs(usage, stderr);
    return 2;
  }
  return what.replay ? replay(what) : play_all(what);
}
