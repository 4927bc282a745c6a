#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace flotilla::test {

/// What a push is hit by.
enum class blow_kind : std::uint8_t {
  kill,   ///< SIGKILL; the same process is started again after the pause
  stop,   ///< SIGSTOP, and SIGCONT after the pause
  reopen, ///< SIGTERM; started again after the pause
  cut,    ///< its connections are reset; new ones may come at once
  hush,   ///< its connections pass nothing and stay open, until the pause is over
};

enum class victim : std::uint8_t { coordinator, worker_a, worker_b, worker_c, client, registry };
constexpr int victims = 6;

struct blow {
  double at = 0; ///< of the model's bytes, the share that has gone to the registry; may exceed 1 a
                 ///< little: then it falls while the manifest is published
  blow_kind how = blow_kind::kill;
  victim whom = victim::coordinator;
  std::chrono::milliseconds pause{0};
};

/// The blows of one push, in the order in which they fall: one to four, the same for the same seed
/// on every machine. The client is killed once at most, for that push needs one more run.
std::vector<blow> blows_of(std::uint64_t seed);

/// E.g. `37 % stop worker-b 420 ms`.
std::string describe(const blow& one);
/// E.g. `worker-b`.
std::string name_of(victim whom);

} // namespace flotilla::test
