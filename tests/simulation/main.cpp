#include "tests/simulation/run.hpp"

#include <cstdio>
#include <cstdlib>
#include <spdlog/spdlog.h>

int main(int argc, char** argv) {
  using namespace flotilla::simulation;
  spdlog::set_level(spdlog::level::off);
  const auto from = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1;
  const auto count = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1;
  const bool loud = argc > 3;
  std::uint64_t steps = 0;
  int broken = 0;
  for (auto seed = from; seed < from + count; ++seed) {
    const auto of = draw_scenario(seed);
    if (loud) {
      std::printf("%s", describe(of).c_str());
      for (const auto& x : of.faults)
        std::printf("  %s\n", to_string(x).c_str());
    }
    const auto end = play(of, loud);
    steps += end.steps;
    if (end.broken) {
      ++broken;
      std::printf("seed %llu: %s: %s\n", (unsigned long long)seed, end.broken->invariant.c_str(),
                  end.broken->detail.c_str());
    }
    if (loud)
      std::printf("steps %llu, %lld ms, trace %llx\n", (unsigned long long)end.steps,
                  (long long)end.lasted.count(), (unsigned long long)end.trace);
  }
  std::printf("%llu seeds, %d broken, %llu steps\n", (unsigned long long)count, broken,
              (unsigned long long)steps);
}
