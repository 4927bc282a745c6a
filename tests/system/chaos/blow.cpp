#include "tests/system/chaos/blow.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace flotilla::test {

namespace {

/// splitmix64: the distributions of <random> are not the same everywhere.
class dice {
public:
  explicit dice(std::uint64_t seed) : state_(seed) {
  }
  /// In [0, below)
  std::uint64_t operator()(std::uint64_t below) {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    return (z ^ (z >> 31U)) % below;
  }

private:
  std::uint64_t state_;
};

constexpr std::array<const char*, 5> kinds{"kill", "stop", "restart", "cut", "hush"};
constexpr std::array<const char*, victims> names{"coordinator", "worker-a", "worker-b",
                                                 "worker-c",    "client",   "registry"};

/// A process that dies is the worst, so it comes most often.
blow_kind draw_kind(dice& roll) {
  constexpr std::array<blow_kind, 8> all{blow_kind::kill, blow_kind::kill,   blow_kind::kill,
                                         blow_kind::stop, blow_kind::reopen, blow_kind::cut,
                                         blow_kind::cut,  blow_kind::hush};
  return all.at(roll(all.size()));
}

} // namespace

std::vector<blow> blows_of(std::uint64_t seed) {
  dice roll{seed};
  std::vector<blow> all(1 + roll(4));
  bool client_killed = false;
  for (auto& each : all) {
    each.at = static_cast<double>(roll(103)) / 100;
    each.how = draw_kind(roll);
    each.whom = static_cast<victim>(roll(victims));
    each.pause = std::chrono::milliseconds{20 + 20 * roll(90)}; // up to 1.8 s: a lease is 1 s
    const bool ends_client = each.whom == victim::client
                             && (each.how == blow_kind::kill || each.how == blow_kind::reopen);
    if (ends_client && client_killed)
      each.how = blow_kind::stop;
    client_killed |= ends_client;
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const blow& one, const blow& other) { return one.at < other.at; });
  return all;
}

std::string describe(const blow& one) {
  return std::to_string(std::lround(one.at * 100)) + " % "
         + kinds.at(static_cast<std::size_t>(one.how)) + ' ' + name_of(one.whom)
         + (one.how == blow_kind::cut ? "" : ' ' + std::to_string(one.pause.count()) + " ms");
}

std::string name_of(victim whom) {
  return names.at(static_cast<std::size_t>(whom));
}

} // namespace flotilla::test
