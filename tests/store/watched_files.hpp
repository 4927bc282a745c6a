#pragma once

#include <functional>
#include <string>

namespace flotilla::store {

/// Stands between SQLite and its files for the rest of this process: a child's. Each change that
/// SQLite wants to make (write, truncate, sync, delete) is an event; it calls `before_event`, which
/// may end the process. A write that is ended so has reached the file with its first half.
///
/// `durable_dir` has what a power cut at this moment would leave in the worst case: each file as it
/// was when last synced, and of the names those that the directory had when it was last synced.
void watch_files(const std::string& durable_dir, std::function<void()> before_event);

} // namespace flotilla::store
