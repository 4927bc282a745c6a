#pragma once

#include "protocol/openssh_key.hpp"

#include <array>
#include <cstdint>

/// An Ed25519 key that everybody knows: its seed is 00…1f. For `~/.ollama/id_ed25519` of a test.
namespace flotilla::test::known_key {

using half = std::array<std::uint8_t, 32>;

inline half seed() {
  half bytes{};
  for (std::uint8_t i = 0; i < bytes.size(); ++i)
    bytes[i] = i;
  return bytes;
}

/// By Python's `cryptography` and by `ssh-keygen -y`.
inline constexpr half public_half{0x03, 0xa1, 0x07, 0xbf, 0xf3, 0xce, 0x10, 0xbe, 0x1d, 0x70, 0xdd,
                                  0x18, 0xe7, 0x4b, 0xc0, 0x99, 0x67, 0xe4, 0xd6, 0x30, 0x9b, 0xa5,
                                  0x0d, 0x5f, 0x1d, 0xdc, 0x86, 0x64, 0x12, 0x55, 0x31, 0xb8};

inline protocol::ed25519_key pair() {
  protocol::ed25519_key both;
  both.seed = seed();
  both.public_key = public_half;
  return both;
}

/// The same as a `.pub` file has it.
inline constexpr const char* ssh_public
  = "AAAAC3NzaC1lZDI1NTE5AAAAIAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";

/// Written by `ssh-keygen -p` (OpenSSH 9.2).
inline constexpr const char* by_ssh_keygen
  = "-----BEGIN OPENSSH PRIVATE KEY-----\n"
    "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW\n"
    "QyNTUxOQAAACADoQe/884Qvh1w3RjnS8CZZ+TWMJulDV8d3IZkElUxuAAAAIhnrjTqZ640\n"
    "6gAAAAtzc2gtZWQyNTUxOQAAACADoQe/884Qvh1w3RjnS8CZZ+TWMJulDV8d3IZkElUxuA\n"
    "AAAEAAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHwOhB7/zzhC+HXDdGOdLwJln\n"
    "5NYwm6UNXx3chmQSVTG4AAAAAAECAwQF\n"
    "-----END OPENSSH PRIVATE KEY-----\n";

/// The same with the comment `a ship, its crew`, by `ssh-keygen -c`.
inline constexpr const char* with_comment
  = "-----BEGIN OPENSSH PRIVATE KEY-----\n"
    "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW\n"
    "QyNTUxOQAAACADoQe/884Qvh1w3RjnS8CZZ+TWMJulDV8d3IZkElUxuAAAAJhxidz6cYnc\n"
    "+gAAAAtzc2gtZWQyNTUxOQAAACADoQe/884Qvh1w3RjnS8CZZ+TWMJulDV8d3IZkElUxuA\n"
    "AAAEAAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHwOhB7/zzhC+HXDdGOdLwJln\n"
    "5NYwm6UNXx3chmQSVTG4AAAAEGEgc2hpcCwgaXRzIGNyZXcBAgMEBQ==\n"
    "-----END OPENSSH PRIVATE KEY-----\n";

/// By Python's `cryptography`, which writes lines of 76 and other check numbers.
inline constexpr const char* by_python
  = "-----BEGIN OPENSSH PRIVATE KEY-----\n"
    "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZWQyNTUx\n"
    "OQAAACADoQe/884Qvh1w3RjnS8CZZ+TWMJulDV8d3IZkElUxuAAAAIhuWWgoblloKAAAAAtzc2gt\n"
    "ZWQyNTUxOQAAACADoQe/884Qvh1w3RjnS8CZZ+TWMJulDV8d3IZkElUxuAAAAEAAAQIDBAUGBwgJ\n"
    "CgsMDQ4PEBESExQVFhcYGRobHB0eHwOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4AAAA\n"
    "AAECAwQF\n"
    "-----END OPENSSH PRIVATE KEY-----\n";

/// With the passphrase `secret12`, by `ssh-keygen -p`.
inline constexpr const char* encrypted
  = "-----BEGIN OPENSSH PRIVATE KEY-----\n"
    "b3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHIAAAAGYmNyeXB0AAAAGAAAABDgTwTcT9\n"
    "lU2xKjcO5+O/AVAAAAEAAAAAEAAAAzAAAAC3NzaC1lZDI1NTE5AAAAIAOhB7/zzhC+HXDd\n"
    "GOdLwJln5NYwm6UNXx3chmQSVTG4AAAAkJTA2WZtR+xSThDdp/8kKsX/HLBxnvZin1gjsY\n"
    "DMlP2+31ZvyXgGuKV13mxAhy7I/kvd3tWSK0bSjf2uFruf3drfvKijqOf9hP74OUeTBEbI\n"
    "tix352mOrVm5BOMjd9enarsMplrQkU76npbVKH0b4+vtw7CjlArdq+Rxyno+CAn4XWQXlQ\n"
    "K5kuJiGET22FvSUQ==\n"
    "-----END OPENSSH PRIVATE KEY-----\n";

/// Another key, by `ssh-keygen -t ecdsa -b 256`.
inline constexpr const char* ecdsa
  = "-----BEGIN OPENSSH PRIVATE KEY-----\n"
    "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAaAAAABNlY2RzYS\n"
    "1zaGEyLW5pc3RwMjU2AAAACG5pc3RwMjU2AAAAQQQ0S2ahURT6yv979CPp1bMmjYMp1RIS\n"
    "ofi/64ya3sCbWjfC6AahktHZ/w1DnwMHUvQiz20/fdp7nMDU54uR536xAAAAmMHOwlvBzs\n"
    "JbAAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBDRLZqFRFPrK/3v0\n"
    "I+nVsyaNgynVEhKh+L/rjJrewJtaN8LoBqGS0dn/DUOfAwdS9CLPbT992nucwNTni5Hnfr\n"
    "EAAAAgAZcBA6WRj+cdjiVKKpu/DmL8C4NFQHKa5KiiHjVSSzsAAAAA\n"
    "-----END OPENSSH PRIVATE KEY-----\n";

} // namespace flotilla::test::known_key
