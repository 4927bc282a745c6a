#pragma once

#include "tests/support/process.hpp"

#include <fcntl.h>
#include <sched.h>
#include <stdexcept>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

namespace flotilla::test {

/// A network of the test's own while it lives: its processes have a loopback that nobody else uses,
/// where packets can be dropped. For the thread that makes it, and what that starts; needs root.
class own_network {
public:
  own_network() : before_(::open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC)) {
    if (before_ < 0 || ::unshare(CLONE_NEWNET) != 0)
      throw std::runtime_error{"no network namespace to be had: tests of cuts need root"};
    run({"ip", "link", "set", "lo", "up"});
  }
  ~own_network() {
    ::setns(before_, CLONE_NEWNET);
    ::close(before_);
  }
  own_network(const own_network&) = delete;
  own_network& operator=(const own_network&) = delete;

  /// The local port of a process's connection to that port; empty: there is none.
  static std::string port_of(pid_t who, const std::string& to) {
    const auto lines = run({"sh", "-c",
                            "ss -Htnp state established dport = :" + to
                              + " | grep 'pid=" + std::to_string(who) + ",' || true"});
    // recv-q send-q local peer process
    const auto local = lines.find("127.0.0.1:");
    if (local == std::string::npos)
      return {};
    const auto begin = local + std::string{"127.0.0.1:"}.size();
    return lines.substr(begin, lines.find_first_not_of("0123456789", begin) - begin);
  }
  /// From now on nothing passes between these two ports, in either direction, and nobody is told.
  static void cut(const std::string& a, const std::string& b) {
    drop("-A", a, b);
    drop("-A", b, a);
  }
  static void heal(const std::string& a, const std::string& b) {
    drop("-D", a, b);
    drop("-D", b, a);
  }
  /// From now on whatever is sent to that port is lost on the way.
  static void swallow(const std::string& port) {
    run({"iptables", "-w", "-A", "INPUT", "-p", "tcp", "--dport", port, "-j", "DROP"});
  }
  /// From now on one more connection comes to that port; whoever wants the next waits in vain.
  static void swallow_all_but_one(const std::string& port) {
    run({"iptables", "-w", "-A", "INPUT", "-p", "tcp", "--syn", "--dport", port, "-m", "statistic",
         "--mode", "nth", "--every", "1000000", "--packet", "0", "-j", "ACCEPT"});
    run({"iptables", "-w", "-A", "INPUT", "-p", "tcp", "--syn", "--dport", port, "-j", "DROP"});
  }
  /// From now on so much passes a second, e.g. `80mbit`, and who sends more has to wait.
  static void limit(const std::string& rate) {
    run({"ip", "link", "set", "lo", "mtu", "1500"});
    run({"tc", "qdisc", "add", "dev", "lo", "root", "tbf", "rate", rate, "burst", "100kb",
         "latency", "50ms"});
  }
  /// Nothing is lost any more.
  static void heal_all() {
    run({"iptables", "-w", "-F", "INPUT"});
  }

private:
  static std::string run(std::vector<std::string> args) {
    command order;
    order.args = std::move(args);
    return run_or_throw(std::move(order));
  }
  static void drop(const char* how, const std::string& from, const std::string& to) {
    run(
      {"iptables", "-w", how, "INPUT", "-p", "tcp", "--sport", from, "--dport", to, "-j", "DROP"});
  }

  int before_;
};

} // namespace flotilla::test
