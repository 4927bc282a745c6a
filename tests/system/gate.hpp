#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace flotilla::test {

/// Holds threads back until it is opened, at the latest by its destructor. Any thread may call.
class gate {
public:
  ~gate() {
    open();
  }
  void open() {
    const std::lock_guard guard{lock_};
    open_ = true;
    changed_.notify_all();
  }
  /// Waits until the gate is open.
  void pass() {
    std::unique_lock guard{lock_};
    ++waiting_;
    changed_.notify_all();
    changed_.wait(guard, [this] { return open_; });
  }
  /// Waits until so many threads have come to the gate. @returns false when the time was up.
  bool wait_for(int count) {
    std::unique_lock guard{lock_};
    return changed_.wait_for(guard, std::chrono::seconds{30}, [&] { return waiting_ >= count; });
  }
  /// How many have come.
  int came() {
    const std::lock_guard guard{lock_};
    return waiting_;
  }

private:
  std::mutex lock_;
  std::condition_variable changed_;
  bool open_ = false;
  int waiting_ = 0;
};

} // namespace flotilla::test
