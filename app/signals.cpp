#include "app/signals.hpp"

#include "app/exit_code.hpp"

#include <chrono>
#include <csignal>
#include <thread>
#include <unistd.h>

namespace flotilla::app {

namespace {

constexpr std::chrono::milliseconds glance{50};

volatile std::sig_atomic_t times_asked = 0;
volatile std::sig_atomic_t last_code = 0;

void on_signal(int) {
  if (times_asked != 0)
    ::_exit(exit_interrupted);
  times_asked = 1;
}

} // namespace

void watch_signals() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  action.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &action, nullptr);
}

void interrupt() noexcept {
  times_asked = 1;
}

bool is_interrupted() noexcept {
  return times_asked != 0;
}

void leave_within(std::chrono::seconds patience, int code) {
  last_code = code;
  struct sigaction action {};
  action.sa_handler = [](int) { ::_exit(last_code); };
  sigemptyset(&action.sa_mask);
  sigaction(SIGALRM, &action, nullptr);
  ::alarm(static_cast<unsigned>(patience.count()));
}

void wait_for_signal() {
  while (!is_interrupted())
    std::this_thread::sleep_for(glance);
}

} // namespace flotilla::app
