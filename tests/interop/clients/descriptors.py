"""What a program without generated code finds by reflection; as JSON. usage: descriptors.py HOST:PORT

Python's client asks by v1alpha."""

import json
import sys
from collections.abc import Callable

import grpc
from google.protobuf import descriptor_pool, message_factory
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase
from grpc_reflection.v1alpha.reflection_pb2 import ExtensionRequest, ServerReflectionRequest

OPTIONS = "google.protobuf.MethodOptions"


def main(target: str) -> None:
    with grpc.insecure_channel(target) as channel:
        print(json.dumps({"database": in_database(channel), "pool": in_pool(channel)}))


def in_database(channel: grpc.Channel) -> dict:
    new = lambda: ProtoReflectionDescriptorDatabase(channel)
    return {
        "services": sorted(new().get_services()),
        "file by name": new().FindFileByName("api1/v1/api1.proto").name,
        "file by symbol": new().FindFileContainingSymbol("sekisho.v1.access").name,
        "file by number": file_by_number(new(), 57205),
        "numbers": list(new().FindAllExtensionNumbers(OPTIONS)),
        "unknown file": found(lambda: new().FindFileByName("nowhere.proto")),
        "unknown symbol": found(lambda: new().FindFileContainingSymbol("sekisho.v1.nowhere")),
        "unknown number": found(lambda: file_by_number(new(), 1)),
        "unknown type": found(lambda: new().FindAllExtensionNumbers("sekisho.v1.Nowhere")),
    }


def file_by_number(database: ProtoReflectionDescriptorDatabase, number: int) -> str:
    # Its own FindFileContainingExtension asks nobody: the class that it derives from answers None.
    extension = ExtensionRequest(containing_type=OPTIONS, extension_number=number)
    answer = database._do_one_request(ServerReflectionRequest(file_containing_extension=extension), key=number)
    return FileDescriptorProto.FromString(answer.file_descriptor_response.file_descriptor_proto[0]).name


def found(find: Callable[[], object]) -> str:
    try:
        return str(find())
    except KeyError:
        return "KeyError"


def in_pool(channel: grpc.Channel) -> dict:
    pool = descriptor_pool.DescriptorPool(ProtoReflectionDescriptorDatabase(channel))
    access = pool.FindExtensionByName("sekisho.v1.access")
    options = pool.FindMessageTypeByName(OPTIONS)
    method = pool.FindMethodByName("api1.v1.Api1.GetStatus")
    # The method's own options are of the program's types, which do not know the extension.
    read = message_factory.GetMessageClass(options).FromString(method.GetOptions().SerializeToString())
    return {
        "by name": f"{access.full_name} = {access.number}",
        "by number": pool.FindExtensionByNumber(options, 57205).full_name,
        "all": [extension.full_name for extension in pool.FindAllExtensions(options)],
        "rule": list(read.Extensions[access].all_of),
        "unknown extension": found(lambda: pool.FindExtensionByName("sekisho.v1.nowhere")),
    }


if __name__ == "__main__":
    main(sys.argv[1])
