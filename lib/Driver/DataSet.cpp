//===- DataSet.cpp - Samples in files -------------------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dlc/Driver/DataSet.h"
#include "dlc/Driver/Npy.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SwapByteOrder.h"
#include <zlib.h>

using namespace dlc;
namespace fs = llvm::sys::fs;
using llvm::Twine;

dlc::DataSet::~DataSet() = default;

//===----------------------------------------------------------------------===//
// idx
//===----------------------------------------------------------------------===//

namespace {

/// MNIST's format: 0, 0, the type, the number of dimensions, the dimensions
/// and the elements, all big endian. zlib reads files that aren't gzipped as
/// they are.
class IdxFile final : public DataSet {
public:
  explicit IdxFile(llvm::StringRef name) { path = name.str(); }
  ~IdxFile() override {
    if (file)
      gzclose(file);
  }

  llvm::Error open();
  llvm::Error read(HostTensor &sample) override;
  llvm::Error rewind() override;

private:
  llvm::Error fail(const Twine &text) const {
    return llvm::createStringError(path + ": " + text);
  }
  llvm::Error readBytes(char *data, uint64_t size);
  llvm::Error readHeader();
  llvm::Error checkSize();

  gzFile file = nullptr;
  int64_t headerBytes = 0;
};

} // namespace

llvm::Error IdxFile::readBytes(char *data, uint64_t size) {
  while (size) {
    unsigned piece = unsigned(std::min<uint64_t>(size, 1 << 20));
    int count = gzread(file, data, piece);
    int code = Z_OK;
    const char *text = gzerror(file, &code);
    if (count < 0 || (code != Z_OK && code != Z_STREAM_END && count == 0))
      return fail(code == Z_BUF_ERROR
                      ? "the compressed data end early"
                      : Twine("the compressed data are broken: ") + text);
    if (count == 0)
      return fail("the file ends early");
    data += count;
    size -= count;
  }
  return llvm::Error::success();
}

static int32_t getIdxType(uint8_t code) {
  switch (code) {
  case 0x08:
    return DLC_UINT8;
  case 0x09:
    return DLC_INT8;
  case 0x0b:
    return DLC_INT16;
  case 0x0c:
    return DLC_INT32;
  case 0x0d:
    return DLC_FLOAT32;
  case 0x0e:
    return DLC_FLOAT64;
  default:
    return 0;
  }
}

llvm::Error IdxFile::readHeader() {
  char magic[4];
  if (llvm::Error error = readBytes(magic, 4))
    return error;
  dtype = getIdxType(uint8_t(magic[2]));
  unsigned rank = uint8_t(magic[3]);
  if (magic[0] || magic[1] || !dtype || rank == 0)
    return fail("neither an idx file (its magic number is wrong), nor .npy, "
                ".pb or a folder of such");
  for (unsigned i = 0; i < rank; ++i) {
    char bytes[4];
    if (llvm::Error error = readBytes(bytes, 4))
      return error;
    int64_t size = llvm::support::endian::read32be(bytes);
    if (i == 0)
      numSamples = size;
    else
      dims.push_back(size);
  }
  headerBytes = 4 + 4 * int64_t(rank);
  llvm::SmallVector<int64_t> all(dims);
  all.push_back(numSamples);
  if (!getNumElements(all, dtype))
    return fail("its dimensions overflow");
  return llvm::Error::success();
}

/// Reads all once: a file that lies about its size must not pass for one that
/// has fewer samples.
llvm::Error IdxFile::checkSize() {
  uint64_t left =
      getDTypeBytes(dtype, numSamples * uint64_t(getSampleElements()));
  std::vector<char> buffer(std::min<uint64_t>(left, 1 << 16) + 1);
  while (left) {
    uint64_t piece = std::min<uint64_t>(left, buffer.size());
    if (llvm::Error error = readBytes(buffer.data(), piece))
      return error;
    left -= piece;
  }
  if (int count = gzread(file, buffer.data(), 1); count != 0)
    return fail(count > 0 ? "there are more data than its header says"
                          : "the compressed data are broken");
  return llvm::Error::success();
}

llvm::Error IdxFile::open() {
  file = gzopen(path.c_str(), "rb");
  if (!file)
    return fail(std::error_code(errno, std::generic_category()).message());
  if (llvm::Error error = readHeader())
    return error;
  if (llvm::Error error = checkSize())
    return error;
  return rewind();
}

llvm::Error IdxFile::rewind() {
  if (gzrewind(file) != 0 || gzseek(file, headerBytes, SEEK_SET) < 0)
    return fail("can't read it again");
  return llvm::Error::success();
}

template <typename T> static void swapAll(std::vector<char> &data) {
  for (size_t i = 0; i + sizeof(T) <= data.size(); i += sizeof(T)) {
    T value = llvm::support::endian::read<T, llvm::endianness::big>(&data[i]);
    std::memcpy(&data[i], &value, sizeof(T));
  }
}

llvm::Error IdxFile::read(HostTensor &sample) {
  unsigned size = getDTypeBits(dtype) / 8;
  sample.dtype = dtype;
  sample.dims = dims;
  sample.data.resize(getDTypeBytes(dtype, getSampleElements()));
  if (llvm::Error error = readBytes(sample.data.data(), sample.data.size()))
    return error;
  if (size == 2)
    swapAll<uint16_t>(sample.data);
  else if (size == 4)
    swapAll<uint32_t>(sample.data);
  else if (size == 8)
    swapAll<uint64_t>(sample.data);
  return llvm::Error::success();
}

//===----------------------------------------------------------------------===//
// One file of tensors, and a folder
//===----------------------------------------------------------------------===//

namespace {

/// The rows of a tensor in mapped memory, or in a tensor of its own.
class Rows final : public DataSet {
public:
  explicit Rows(llvm::StringRef name) { path = name.str(); }
  llvm::Error open();

  llvm::Error read(HostTensor &sample) override {
    size_t bytes = getDTypeBytes(dtype, getSampleElements());
    sample.dtype = dtype;
    sample.dims = dims;
    const char *begin = data.data() + bytes * position++;
    sample.data.assign(begin, begin + bytes);
    return llvm::Error::success();
  }
  llvm::Error rewind() override {
    position = 0;
    return llvm::Error::success();
  }

private:
  std::unique_ptr<llvm::MemoryBuffer> file;
  HostTensor tensor;
  llvm::StringRef data;
  size_t position = 0;
};

/// Each file is a sample.
class Folder final : public DataSet {
public:
  explicit Folder(llvm::StringRef name) { path = name.str(); }
  llvm::Error open();

  llvm::Error read(HostTensor &sample) override {
    const std::string &file = files[position++];
    llvm::Expected<HostTensor> tensor = readTensor(file);
    if (!tensor)
      return tensor.takeError();
    if (tensor->dtype != dtype || tensor->dims != dims)
      return llvm::createStringError(
          file + " is " + formatType(tensor->dtype, tensor->dims) + ", " +
          files.front() + " is " + formatType(dtype, dims));
    sample = std::move(*tensor);
    return llvm::Error::success();
  }
  llvm::Error rewind() override {
    position = 0;
    return llvm::Error::success();
  }

private:
  std::vector<std::string> files;
  size_t position = 0;
};

} // namespace

llvm::Error Rows::open() {
  llvm::SmallVector<int64_t> all;
  if (llvm::sys::path::extension(path) == ".npy") {
    auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                              /*RequiresNullTerminator=*/false);
    if (!buffer)
      return llvm::createStringError(path + ": " + buffer.getError().message());
    file = std::move(*buffer);
    llvm::Expected<NpyView> view = parseNpy(path, file->getBuffer());
    if (!view)
      return view.takeError();
    dtype = view->dtype;
    all = view->dims;
    data = view->data;
  } else {
    llvm::Expected<HostTensor> read = readTensor(path);
    if (!read)
      return read.takeError();
    tensor = std::move(*read);
    dtype = tensor.dtype;
    all = tensor.dims;
    data = {tensor.data.data(), tensor.data.size()};
  }
  if (all.empty())
    return llvm::createStringError(path + ": a scalar is no set of samples");
  if (getDTypeBits(dtype) < 8)
    return llvm::createStringError(
        path + ": samples can't begin within a byte, but an element of " +
        getDTypeName(dtype) + " has " + llvm::Twine(getDTypeBits(dtype)) +
        " bits; give a folder with a file for each");
  numSamples = all.front();
  dims.assign(all.begin() + 1, all.end());
  return llvm::Error::success();
}

llvm::Error Folder::open() {
  std::error_code code;
  for (fs::directory_iterator it(path, code), end; it != end && !code;
       it.increment(code)) {
    llvm::StringRef extension = llvm::sys::path::extension(it->path());
    if (extension == ".npy" || extension == ".pb")
      files.push_back(it->path());
  }
  if (code)
    return llvm::createStringError(path + ": " + code.message());
  if (files.empty())
    return llvm::createStringError(path + ": there is no .npy or .pb file");
  llvm::sort(files);
  llvm::Expected<HostTensor> first = readTensor(files.front());
  if (!first)
    return first.takeError();
  dtype = first->dtype;
  dims = first->dims;
  numSamples = files.size();
  return llvm::Error::success();
}

template <typename Set>
static llvm::Expected<std::unique_ptr<DataSet>> openAs(llvm::StringRef path) {
  auto set = std::make_unique<Set>(path);
  if (llvm::Error error = set->open())
    return std::move(error);
  if (set->size() == 0)
    return llvm::createStringError(path + ": there are no samples");
  return set;
}

llvm::Expected<std::unique_ptr<DataSet>> DataSet::open(llvm::StringRef path) {
  if (fs::is_directory(path))
    return openAs<Folder>(path);
  llvm::StringRef extension = llvm::sys::path::extension(path);
  if (extension == ".npy" || extension == ".pb")
    return openAs<Rows>(path);
  return openAs<IdxFile>(path);
}
