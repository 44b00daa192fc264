ALTER FUNCTION "pears"."GenerateWEBDialURL"( in "Number" char(100) ) 
returns long varchar
begin
declare rv long varchar;
declare PhoneSystem char(50);
declare Extension char(100);
select WPKMaintainGetSwitchValue('SYNETY',Staff.AgencyID,'L'), Staff.Extension into PhoneSystem, Extension from Staff where Staff.StaffID = UserStaffID;
case PhoneSystem
       when 'MAIN' then set rv = string('http://sys1:82/api/call/makecall/',Extension,'/',[Number],'/9')
       when 'ALSR' then set rv =  string('http://phones2:81/api/call/makecall',Extension,'/',[Number])
       when 'ABSA' then set rv =  string('http://myphones:8180/api/call/makecall',Extension,'/',[Number])
       when 'AVYIA' then set rv =  string('http://main.intra.com:55340/phone.asmx/MakeCall?originatorExtension=',Extension,'&destinationPhoneNumber=',[Number],'&openLineCharacter=9')
    end case;
return rv;
end;
