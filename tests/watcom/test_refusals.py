"""What a function may not do is refused when it is compiled, at its place, also where it never runs."""

import pytest

from tests.watcom.examples import SCHEMA, function_of
from webdial.watcom import FunctionError, Kind, compile_function

# A statement, and the text that the fault points at.
STATEMENTS = [
    ("insert into Staff values ('x')", "insert into"),
    ("update Staff set Extension = '1'", "update Staff"),
    ("delete from Staff", "delete from"),
    ("merge into Staff using Agency on 1 = 1 when matched then skip", "merge into"),
    ("truncate table Staff", "truncate table"),
    ("create table t (a int)", "create table"),
    ("create variable v int", "create variable"),
    ("alter table Staff add Password char(9)", "alter table"),
    ("drop table Staff", "drop table"),
    ("drop table if exists Staff", "drop table"),
    ("drop variable v", "drop variable"),
    ("grant connect to eve", "grant connect"),
    ("revoke dba from ada", "revoke dba"),
    ("comment on table Staff is 'x'", "comment on"),
    ("execute immediate 'delete from Staff'", "execute immediate"),
    ("execute immediate n", "execute immediate"),
    ("execute ('drop table Staff')", "execute"),
    ("exec sp_password", "exec sp_password"),
    ("prepare p from 'select 1'", "prepare p"),
    ("call xp_cmdshell('id')", "xp_cmdshell('id')"),
    ("call sa_server_option('x', 'y')", "sa_server_option('x', 'y')"),
    ("i = call xp_cmdshell('id')", "xp_cmdshell('id')"),
    ("call xp_cmdshell", "xp_cmdshell"),
    ("commit", "commit"),
    ("rollback", "rollback"),
    ("rollback to savepoint s", "rollback to"),
    ("savepoint s", "savepoint s"),
    ("set option public.blocking = 'off'", "set option"),
    ("set temporary option blocking = 'off'", "set temporary"),
    ("set Staff.Extension = '1'", "set Staff."),
    ("load table Staff from '/etc/passwd'", "load table"),
    ("unload select * from Staff to '/tmp/x'", "unload"),
    ("input into Staff from '/tmp/x'", "input into"),
    ("output to '/tmp/x'", "output to"),
    ("waitfor delay '00:00:30'", "waitfor delay"),
    ("trigger event e", "trigger event"),
    ("backup database directory '/tmp'", "backup database"),
    ("lock table Staff in exclusive mode", "lock table"),
    ("forward to other {delete from Staff}", None),
    ("goto there", "goto there"),
    ("raiserror 99999 'x'", "raiserror"),
    ("validate table Staff", "validate table"),
    ("start database 'x'", "start database"),
    ("stop engine", "stop engine"),
    ("connect to 'x'", "connect to"),
    ("select StaffID into #t from Staff", "into #t"),
    ("select StaffID into dba.t from Staff", "into dba"),
    ("select StaffID into local temporary table t from Staff", "into local temporary"),
    ("select StaffID into table t from Staff", "into table t"),
    ("select StaffID from Staff", "select StaffID from Staff"),
    ("with c as (select 1) select 1 into i", "with"),
    ("fetch absolute 3 c into n", "fetch absolute"),
    ("set x = xp_cmdshell('id')", "xp_cmdshell('id')"),
    ("set x = xp_read_file('/etc/passwd')", "xp_read_file('/etc/passwd')"),
    ("set x = xp_write_file('/tmp/x', 'y')", "xp_write_file('/tmp/x', 'y')"),
    ("set x = xp_sendmail(recipient = 'eve')", None),
    ("set x = sp_anything()", "sp_anything()"),
    ("set x = read_client_file('/etc/passwd')", "read_client_file('/etc/passwd')"),
    ("set x = write_client_file('/tmp/x', 'y')", "write_client_file('/tmp/x', 'y')"),
    ("set x = read_server_file('/etc/passwd')", "read_server_file('/etc/passwd')"),
    ("set x = csconvert(n, 'utf8')", "csconvert(n, 'utf8')"),
    ("set x = property('Name')", "property('Name')"),
    ("set x = connection_property('Userid')", "connection_property('Userid')"),
    ("set x = db_property('File')", "db_property('File')"),
    ("set x = http_header('Cookie')", "http_header('Cookie')"),
    ("set x = http_variable('x')", "http_variable('x')"),
    ("set x = xmlelement(name a)", None),
    ("set x = varexists('x')", "varexists('x')"),
    ("set x = dbo.left('x', 1)", "dbo.left('x', 1)"),
    ("set x = \"xp_cmdshell\"('id')", "\"xp_cmdshell\"('id')"),
    ("set x = current database", "current database"),
    ("if exists(select * from SYS.SYSUSER) then set i = 1 end if", "SYS.SYSUSER"),
    ("if exists(select * from sa_conn_info()) then set i = 1 end if", "sa_conn_info"),
    ("if exists(select * from openstring(file '/etc/passwd') with (a int) as t) then set i = 1 end if", "openstring"),
    ("if exists(select * from Passwords) then set i = 1 end if", "Passwords"),
    ("if 1 = 2 then delete from Staff end if", "delete from"),
    ("return n; delete from Staff", "delete from"),
    ("case n when 'x' then set x = xp_cmdshell('id') end case", "xp_cmdshell('id')"),
    ("begin set i = 1; exception when others then commit end", "commit"),
    ("set x = string(case when 1 = 2 then xp_cmdshell('id') end)", "xp_cmdshell('id')"),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "place"), STATEMENTS)
def test_statement_is_refused_at_its_place(statement: str, place: str | None) -> None:
    source = function_of(f"{statement};\nRETURN n")
    with pytest.raises(FunctionError) as caught:
        compile_function(source, schema=SCHEMA)
    error = caught.value
    assert error.sqlstate in {"42501", "42W04"}
    if place is None:  # its syntax is no part of the language at all
        assert error.kinds <= {Kind.REFUSED, Kind.PARSE}
        return
    (fault,) = error.faults
    assert error.kind is Kind.REFUSED
    assert source[fault.start : fault.end].startswith(place)
    assert fault.message


DECLARATIONS = [
    ("declare local temporary table t (a int)", "declare local temporary"),
    ("declare c cursor using n", "declare c cursor using"),
    ("declare c cursor for select StaffID from Staff for update", "for update"),
    ("declare c cursor for call sa_conn_info()", "declare c cursor for call"),
    ("declare c cursor for select StaffID into n from Staff", "into n from Staff"),
]


@pytest.mark.parametrize(("declaration", "place"), DECLARATIONS)
def test_declaration_is_refused_at_its_place(declaration: str, place: str) -> None:
    source = f"CREATE FUNCTION f(n CHAR(9)) RETURNS CHAR(9) BEGIN {declaration}; RETURN n END"
    with pytest.raises(FunctionError) as caught:
        compile_function(source, schema=SCHEMA)
    (fault,) = caught.value.faults
    assert caught.value.kind is Kind.REFUSED
    assert source[fault.start : fault.end] == place


SOURCES = [
    ("create function f(n char(9)) returns char(9) as return n", "as"),
    ("create function f(n char(9)) returns char(9) external name 'x@y.dll'", "external"),
    ("create function f(n char(9)) returns char(9) language java external name 'x'", "language"),
    ("create function f(n char(9)) returns long varchar url 'http://eve.example' type 'HTTP:GET'", "url"),
    ("create function f(n char(9)) returns long varchar header 'x' url 'http://e'", "header"),
    ("create function f(n char(9)) returns char(9) at 'other;;;f'", "at"),
    ("create function f(out n char(9)) returns char(9) begin return n end", "out"),
    ("create function f(inout n char(9)) returns char(9) begin return n end", "inout"),
    ("alter function f set hidden", "alter function f set"),
    ("alter function f recompile", "alter function f recompile"),
    ("create procedure p() begin end", "create procedure"),
    ("create or replace view v as select 1", "create or replace view"),
    ("create event e handler begin end", "create event"),
    ("drop function f", "drop"),
    ("delete from Staff", "delete"),
    ("create function f(n char(9)) returns char(9) begin return n end; drop table Staff", "drop"),
    ("create function f(n char(9)) returns char(9) begin return n end begin delete from Staff end", "begin"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "place"), SOURCES)
def test_source_is_refused_at_its_place(source: str, place: str) -> None:
    with pytest.raises(FunctionError) as caught:
        compile_function(source, schema=SCHEMA)
    fault = next(f for f in caught.value.faults if f.code == "function_refused")
    assert source[fault.start : fault.end] == place


def test_refusals_are_told_together_and_in_the_order_of_their_places() -> None:
    body = """
      update Staff set Extension = '1';
      if 1 = then set x = xp_cmdshell('a') end if;
      select a into x from Secrets where b = xp_read_file('c');
      RETURN n
    """
    source = function_of(body)
    with pytest.raises(FunctionError) as caught:
        compile_function(source, schema=SCHEMA)
    faults = caught.value.faults
    told = [(fault.code, source[fault.start : fault.end]) for fault in faults]
    assert told == [
        ("function_refused", "update Staff"),
        ("function_parse", "then"),
        ("function_refused", "xp_cmdshell('a')"),
        ("function_refused", "Secrets"),
        ("function_refused", "xp_read_file('c')"),
    ]


def test_schema_without_a_column_hides_it() -> None:
    source = function_of("select Password into x from Staff; RETURN x")
    with pytest.raises(FunctionError) as caught:
        compile_function(source, schema=SCHEMA)
    assert caught.value.kind is Kind.UNKNOWN_NAME


def test_refused_table_is_told_once_and_without_followers() -> None:
    source = function_of("select * into x from Passwords where Login = n and Secret = y; RETURN x")
    with pytest.raises(FunctionError) as caught:
        compile_function(source, schema=SCHEMA)
    assert [source[fault.start : fault.end] for fault in caught.value.faults] == ["Passwords"]
