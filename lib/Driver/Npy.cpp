//===- Npy.cpp - NumPy's files --------------------------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dlc/Driver/Npy.h"
#include "OutputFiles.h"
#include "Values.h"
#include "dlc/Import/TensorFile.h"
#include "dlc/Runtime/ABI.h"
#include "dlc/Support/ElementType.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include <cstring>

using namespace dlc;

static constexpr llvm::StringLiteral kMagic("\x93NUMPY");

/// NumPy's spelling of an element type.
static const std::pair<int32_t, const char *> descriptions[] = {
    {DLC_FLOAT32, "<f4"}, {DLC_FLOAT64, "<f8"}, {DLC_FLOAT16, "<f2"},
    {DLC_INT8, "|i1"},    {DLC_INT16, "<i2"},   {DLC_INT32, "<i4"},
    {DLC_INT64, "<i8"},   {DLC_UINT8, "|u1"},   {DLC_UINT16, "<u2"},
    {DLC_UINT32, "<u4"},  {DLC_UINT64, "<u8"},  {DLC_BOOL, "|b1"},
};

/// The value of a key of the header, a Python dictionary in a fixed form.
static llvm::StringRef getValue(llvm::StringRef header, llvm::StringRef key) {
  size_t at = header.find(("'" + key + "':").str());
  if (at == llvm::StringRef::npos)
    return {};
  return header.drop_front(at + key.size() + 3).ltrim();
}

static bool parseShape(llvm::StringRef text, llvm::SmallVector<int64_t> &dims) {
  if (!text.consume_front("("))
    return false;
  text = text.take_until([](char c) { return c == ')'; });
  llvm::SmallVector<llvm::StringRef> parts;
  text.split(parts, ',', -1, /*KeepEmpty=*/false);
  for (llvm::StringRef part : parts) {
    int64_t dim;
    if (part.trim().empty())
      continue;
    if (part.trim().getAsInteger(10, dim) || dim < 0)
      return false;
    dims.push_back(dim);
  }
  return true;
}

/// Splits the file into header and data.
static bool splitFile(llvm::StringRef file, llvm::StringRef &header,
                      llvm::StringRef &data) {
  if (!file.consume_front(kMagic) || file.size() < 6)
    return false;
  bool isOld = file[0] == 1;
  size_t start = isOld ? 4 : 6;
  size_t length = isOld ? llvm::support::endian::read16le(file.data() + 2)
                        : llvm::support::endian::read32le(file.data() + 2);
  if (file.size() < start + length)
    return false;
  header = file.substr(start, length);
  data = file.substr(start + length);
  return true;
}

llvm::Expected<NpyView> dlc::parseNpy(llvm::StringRef path,
                                      llvm::StringRef bytes) {
  auto fail = [&](const llvm::Twine &text) {
    return llvm::createStringError(path + ": " + text);
  };
  NpyView view;
  llvm::StringRef header;
  if (!splitFile(bytes, header, view.data))
    return fail("not a .npy file");
  llvm::StringRef type = getValue(header, "descr");
  for (auto &[dtype, text] : descriptions)
    if (type.starts_with(("'" + llvm::Twine(text) + "'").str()))
      view.dtype = dtype;
  if (!view.dtype)
    return fail("element type " + type.take_until([](char c) {
      return c == ',';
    }) + " isn't supported");
  if (!getValue(header, "fortran_order").starts_with("False"))
    return fail("Fortran order isn't supported; save it with "
                "numpy.ascontiguousarray");
  if (!parseShape(getValue(header, "shape"), view.dims))
    return fail("its shape is malformed");
  std::optional<int64_t> elements = getNumElements(view.dims, view.dtype);
  if (!elements || view.data.size() != getDTypeBytes(view.dtype, *elements))
    return fail("its data have another size than its header says");
  return view;
}

llvm::Expected<HostTensor> dlc::readNpy(llvm::StringRef path) {
  auto file = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                          /*RequiresNullTerminator=*/false);
  if (!file)
    return llvm::createStringError(path + ": " + file.getError().message());
  llvm::Expected<NpyView> view = parseNpy(path, (*file)->getBuffer());
  if (!view)
    return view.takeError();
  HostTensor tensor;
  tensor.dtype = view->dtype;
  tensor.dims = std::move(view->dims);
  tensor.data.assign(view->data.begin(), view->data.end());
  return tensor;
}

/// NumPy's type that holds the elements of a type that NumPy hasn't; 0 if it
/// has the type.
static int32_t getWiderType(int32_t dtype) {
  if (getFloatFormat(dtype) && !isFloatDType(dtype))
    return DLC_FLOAT32;
  switch (dtype) {
  case DLC_BFLOAT16:
    return DLC_FLOAT32;
  case DLC_INT2:
  case DLC_INT4:
    return DLC_INT8;
  case DLC_UINT2:
  case DLC_UINT4:
    return DLC_UINT8;
  }
  return 0;
}

/// The same elements in a type that NumPy has.
static HostTensor widen(const HostTensor &tensor, int32_t dtype) {
  HostTensor wide;
  wide.dtype = dtype;
  wide.dims = tensor.dims;
  for (size_t i = 0, e = getNumElements(tensor); i < e; ++i) {
    long double element = getElement(tensor, i);
    if (dtype != DLC_FLOAT32) {
      wide.data.push_back(char(int(element)));
      continue;
    }
    float number = float(element);
    const char *bytes = reinterpret_cast<const char *>(&number);
    wide.data.insert(wide.data.end(), bytes, bytes + sizeof number);
  }
  return wide;
}

llvm::Error dlc::writeNpy(const HostTensor &tensor, llvm::StringRef path) {
  if (int32_t wider = getWiderType(tensor.dtype))
    return writeNpy(widen(tensor, wider), path);
  std::string header = "{'descr': '";
  for (auto &[dtype, text] : descriptions)
    if (dtype == tensor.dtype)
      header += text;
  header += "', 'fortran_order': False, 'shape': (";
  for (int64_t dim : tensor.dims)
    header += std::to_string(dim) + ",";
  header += "), }";
  // Ends with a new line, so that the data begin at a multiple of 64.
  constexpr size_t fixed = 10;
  header.append(63 - (fixed + header.size()) % 64, ' ');
  header += '\n';
  return writeFile(path, [&](llvm::raw_fd_ostream &os) {
    char size[2];
    llvm::support::endian::write16le(size, uint16_t(header.size()));
    os << kMagic << '\1' << '\0' << llvm::StringRef(size, 2) << header;
    os.write(tensor.data.data(), tensor.data.size());
    return llvm::Error::success();
  });
}

llvm::Expected<HostTensor> dlc::readTensor(llvm::StringRef path) {
  return llvm::sys::path::extension(path) == ".npy" ? readNpy(path)
                                                    : readTensorProto(path);
}
