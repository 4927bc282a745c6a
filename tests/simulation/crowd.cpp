#include "tests/simulation/crowd.hpp"

#include "tests/simulation/run.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace flotilla::simulation {

namespace {

/// What a process says of each seed.
struct word {
  std::uint64_t seed;
  std::uint64_t steps;
  std::uint64_t broken;
};

/// One of the processes, and the seeds that it plays: every `stride`-th.
struct helper {
  pid_t process = -1;
  int pipe = -1;
  std::uint64_t next = 0; ///< of which it has not told
};

[[noreturn]] void play_on(int out, std::uint64_t seed, std::uint64_t end, unsigned stride) {
  for (; seed < end; seed += stride) {
    const auto last = play(draw_scenario(seed));
    const word told{seed, last.steps, last.broken ? 1U : 0U};
    if (::write(out, &told, sizeof told) != static_cast<ssize_t>(sizeof told))
      break;
  }
  ::_exit(0);
}

void begin(helper& one, std::uint64_t end, unsigned stride) {
  std::array<int, 2> ends{};
  if (one.next >= end || ::pipe(ends.data()) != 0)
    return;
  one.process = ::fork();
  if (one.process == 0) {
    ::close(ends[0]);
    play_on(ends[1], one.next, end, stride);
  }
  ::close(ends[1]);
  one.pipe = ends[0];
}

void finish(helper& one) {
  ::close(one.pipe);
  ::waitpid(one.process, nullptr, 0);
  one.pipe = -1;
}

} // namespace

crowd_result play_many(std::uint64_t from, std::uint64_t count, unsigned jobs,
                       const std::function<bool(std::uint64_t, bool)>& broke) {
  const auto end = from + count;
  crowd_result all;
  std::vector<helper> helpers(jobs);
  for (unsigned i = 0; i < jobs; ++i) {
    helpers[i].next = from + i;
    begin(helpers[i], end, jobs);
  }
  bool enough = false;
  auto hear = [&](helper& one) {
    word told{};
    if (::read(one.pipe, &told, sizeof told) == static_cast<ssize_t>(sizeof told)) {
      ++all.played;
      all.steps += told.steps;
      one.next = told.seed + jobs;
      if (told.broken == 0)
        return;
      all.broken.push_back(told.seed);
      enough = !broke(told.seed, false);
      return;
    }
    finish(one);
    if (one.next >= end)
      return;
    ++all.played;
    all.broken.push_back(one.next);
    all.fatal.push_back(one.next);
    enough = !broke(one.next, true);
    one.next += jobs;
    begin(one, end, jobs);
  };
  for (;;) {
    std::vector<pollfd> waiting;
    for (const auto& one : helpers)
      if (one.pipe >= 0)
        waiting.push_back({one.pipe, POLLIN, 0});
    if (waiting.empty() || enough)
      break;
    ::poll(waiting.data(), waiting.size(), -1);
    for (const auto& each : waiting)
      if (each.revents != 0)
        hear(*std::find_if(helpers.begin(), helpers.end(),
                           [&](const helper& one) { return one.pipe == each.fd; }));
  }
  for (auto& one : helpers)
    if (one.pipe >= 0) {
      ::kill(one.process, SIGKILL);
      finish(one);
    }
  std::sort(all.broken.begin(), all.broken.end());
  return all;
}

} // namespace flotilla::simulation
