// Memory whose neighbours may not be touched.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>

// Bytes between two pages that may not be touched, at the end or at the beginning of them.
class Fenced {
 public:
  Fenced(std::size_t bytes, bool at_end) : page_(static_cast<std::size_t>(sysconf(_SC_PAGESIZE))) {
    room_ = (bytes + page_ - 1) / page_ * page_;
    const std::size_t all = room_ + 2 * page_;
    void* mapping = mmap(nullptr, all, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapping == MAP_FAILED) std::abort();
    mapping_ = static_cast<std::byte*>(mapping);
    if (mprotect(mapping_ + page_, room_, PROT_READ | PROT_WRITE) != 0) std::abort();
    data_ = mapping_ + page_ + (at_end ? room_ - bytes : 0);
  }
  Fenced(const Fenced&) = delete;
  Fenced& operator=(const Fenced&) = delete;
  ~Fenced() { munmap(mapping_, room_ + 2 * page_); }
  std::byte* data() const { return data_; }

 private:
  std::size_t page_;
  std::size_t room_;
  std::byte* mapping_;
  std::byte* data_;
};
