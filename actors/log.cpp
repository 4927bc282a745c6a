#include "actors/log.hpp"

namespace flotilla::actors {

namespace {

thread_local log_subject of_this_thread;

} // namespace

const log_subject& subject_of_line() noexcept {
  return of_this_thread;
}

lines_about::lines_about(const log_subject& subject) noexcept
  : before_(std::exchange(of_this_thread, subject)) {
}

lines_about::~lines_about() {
  of_this_thread = before_;
}

void log_setback(std::string_view push, std::string_view node, const setback_note& note) {
  log(spdlog::level::info, {push, node, note.blob, note.attempt}, "{}; trying again in {} ms",
      note.detail, note.wait.count());
}

} // namespace flotilla::actors
