// A library to be preloaded (LD_PRELOAD): the program that it is put under sees another time of
// day, by as many seconds as stand in the file that FLOTILLA_TEST_CLOCK names, eight bytes of this
// machine's order, which may change at any moment. Clocks that only run on are left alone.

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <ctime>

#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

namespace {

const volatile std::int64_t* map_jump() {
  static const std::int64_t none = 0;
  // NOLINTNEXTLINE(concurrency-mt-unsafe): no program that is tested changes its environment
  const char* path = std::getenv("FLOTILLA_TEST_CLOCK");
  const int file = path == nullptr ? -1 : ::open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return &none;
  void* found = ::mmap(nullptr, sizeof none, PROT_READ, MAP_SHARED, file, 0);
  ::close(file);
  return found == MAP_FAILED ? &none : static_cast<const volatile std::int64_t*>(found);
}

std::int64_t jump() {
  static const volatile std::int64_t* const seconds = map_jump();
  return *seconds;
}

timespec system_time(clockid_t which) {
  timespec now{};
  ::syscall(SYS_clock_gettime, which, &now);
  return now;
}

timespec time_of_day() {
  auto now = system_time(CLOCK_REALTIME);
  now.tv_sec += jump();
  return now;
}

bool has_come(const timespec& moment) {
  const auto now = time_of_day();
  return now.tv_sec > moment.tv_sec
         || (now.tv_sec == moment.tv_sec && now.tv_nsec >= moment.tv_nsec);
}

} // namespace

extern "C" {

int clock_gettime(clockid_t which, timespec* to) noexcept {
  const auto failed = ::syscall(SYS_clock_gettime, which, to);
  if (failed == 0 && (which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE))
    to->tv_sec += jump();
  return static_cast<int>(failed);
}

time_t time(time_t* to) noexcept {
  const auto now = time_of_day().tv_sec;
  if (to != nullptr)
    *to = now;
  return now;
}

int gettimeofday(timeval* __restrict to, void* __restrict) noexcept {
  const auto now = time_of_day();
  *to = {now.tv_sec, now.tv_nsec / 1000};
  return 0;
}

/// Waits until a time of day, whatever becomes of it meanwhile: looks at it every ten milliseconds,
/// and wakes up for nothing in between, which whoever calls this must bear.
int pthread_cond_timedwait(pthread_cond_t* __restrict what, pthread_mutex_t* __restrict with,
                           const timespec* __restrict until) {
  if (has_come(*until))
    return ETIMEDOUT;
  auto next = system_time(CLOCK_MONOTONIC);
  next.tv_nsec += 10'000'000;
  if (next.tv_nsec >= 1'000'000'000) {
    next.tv_nsec -= 1'000'000'000;
    ++next.tv_sec;
  }
  const int woken = ::pthread_cond_clockwait(what, with, CLOCK_MONOTONIC, &next);
  return woken == ETIMEDOUT ? (has_come(*until) ? ETIMEDOUT : 0) : woken;
}

} // extern "C"
